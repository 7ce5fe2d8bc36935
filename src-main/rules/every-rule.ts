/** One line per rule: to add one, write its file and name it here. */
export { backpropagation } from './backpropagation.ts'
export { corinfomax } from './corinfomax.ts'
export { sparseCorInfoMax } from './corinfomax-sparse.ts'
export { equilibriumPropagation } from './equilibrium-propagation.ts'
export { feedbackAlignment } from './feedback-alignment.ts'
export { nudgedPredictiveCoding } from './predictive-coding-nudged.ts'
export { predictiveCoding } from './predictive-coding.ts'
export { similarityMatching } from './similarity-matching.ts'
