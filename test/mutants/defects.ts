/** One-line slips that somebody could make in the mathematics and in what is told of results, each of which a test must notice. Data for `test/mutants.ts`. */
import { within, type Defect } from './defect.ts'
import { perceptronDefects } from './perceptron-defects.ts'

export const defects: readonly Defect[] = [
  ...within('rules/corinfomax-network.ts', [
    {
      find: 's.scheduleFeedback.length > 0 ?',
      replace: 's.scheduleFeedback.length > 1 ?',
      why: 'V never has its own schedule',
    },
    { find: '[lateral, biases.c(k)]', replace: '[2 * lateral, biases.c(k)]', why: 'the border of B counts twice' },
    { find: 'outer(last, z)', replace: 'outer(last, inner)', why: 'the border of B learns without itself' },
    { find: '(k < L ? 2 * γ : γ)', replace: '(k < L ? γ : γ)', why: 'γ once in a hidden layer' },
    { find: '[-γ / λ, outer(z, z)]', replace: '[γ / λ, outer(z, z)]', why: 'sign of the lateral update' },
    {
      find: 'const inner = apply(B(k), nudged(k))',
      replace: 'const inner = apply(B(k), free(k))',
      why: 'B learns from the free phase',
    },
    {
      find: 'outer(backwardError(contrasted, k), contrasted(k + 1))',
      replace: 'outer(backwardError(contrasted, k), nudged(k + 1))',
      why: 'V: phases mixed',
    },
    { find: 's.threePhase ? 2 : 1', replace: 's.threePhase ? 1 : 1', why: 'three phases not halved' },
    {
      find: '`lrForward${k}`, ({ epoch, sign }) => rate(epoch) / (contrastScale * signedBeta(s, sign))',
      replace: '`lrForward${k}`, ({ epoch }) => rate(epoch) / (contrastScale * s.beta)',
      why: 'W: sign of β ignored',
    },
    {
      find: 'scheduled(s.lrFeedback, k - 2, scheduleFeedback)',
      replace: 'scheduled(s.lrFeedback, 0, scheduleFeedback)',
      why: 'V: rate of the first layer everywhere',
    },
    {
      find: 'for (let k = 1; k < L; k++) {\n        // u_k ←',
      replace: 'for (let k = L - 1; k >= 1; k--) {\n        // u_k ←',
      why: 'stale rates: layers from the top down',
    },
    {
      find: 'p.state(`u${k}`, r(k))',
      replace: 'p.state(`u${k}`, p.zeros(n(k)))',
      why: 'potentials start from nothing',
    },
    {
      find: '`decayForward${k}`, ({ epoch }) => -rate(epoch) * ε',
      replace: '`decayForward${k}`, ({ epoch }) => -rate(epoch)',
      why: 'weight decay without ε',
    },
    {
      find: 'forwardErrorOf(phase, k, before(k))',
      replace: 'forwardErrorOf(phase, k)',
      why: 'logged errors with the new weights',
    },
    {
      find: 'correlate(Rnudged(k), nudged(k))',
      replace: 'correlate(Rnudged(k), free(k))',
      why: 'logs: phases swapped',
    },
  ]),
  ...within('rules/corinfomax-sparse.ts', [
    { find: '[[-1, multiplier]]', replace: '[[1, multiplier]]', why: 'multiplier excites' },
    {
      find: 'μ.has(k) ? relu(u) : activate(p, s.activation, u)',
      replace: 'activate(p, s.activation, u)',
      why: 'sparse layers clipped',
    },
    {
      find: 'p.state(`v${k}`, multiplier)',
      replace: 'p.state(`v${k}`, p.zeros(1))',
      why: 'v starts from 0 in every phase',
    },
  ]),
  ...within('rules/corinfomax-measures.ts', [
    {
      find: 'return 0.5 * logDeterminant(correlation',
      replace: 'return logDeterminant(correlation',
      why: 'information without its half',
    },
    {
      find: 's.lambda ** source.batches',
      replace: 's.lambda ** (source.batches + 1)',
      why: 'one batch too many taken off R',
    },
  ]),
  ...within('rules/settling-network.ts', [
    { find: 'β.times(-1)', replace: 'β.times(1)', why: 'centred: both nudges the same way' },
    { find: 'centred ? 2 : 1', replace: '1', why: 'centred: the contrast of 2β taken for one of β' },
    {
      find: 'for (let k = 1; k <= L; k++) states(k).become(free(k))',
      replace: '',
      why: 'centred: the third phase from the second',
    },
    {
      find: '[nudge.times(-2), difference(states(L), p.y)]',
      replace: '[nudge.times(-1), difference(states(L), p.y)]',
      why: 'nudge with a half',
    },
    {
      find: 'return activate(p, s.activation, sum([1 - η, states(k)], [η, drive]))',
      replace:
        'states(k).become(activate(p, s.activation, sum([1 - η, states(k)], [η, drive]))); return states(k).current',
      why: 'Gauss–Seidel instead of Jacobi',
    },
    {
      find: 's.iterationsFree, s.evaluationLr, null',
      replace: 's.iterationsFree, s.neuralLr, null',
      why: 'evaluation with the rate of training',
    },
    {
      find: '[-1, apply(lateral.M(k), states(k))]',
      replace: '[1, apply(lateral.M(k), states(k))]',
      why: 'lateral synapses excite',
    },
    {
      find: 'difference(meanOverBatch(nudged(k)), meanOverBatch(other(k)))',
      replace: 'difference(meanOverBatch(free(k)), meanOverBatch(nudged(k)))',
      why: 'biases: phases swapped',
    },
    {
      find: '[nudge, difference(softmax(states(L)), p.y)]',
      replace: '[nudge.times(-1), difference(softmax(states(L)), p.y)]',
      why: 'cross-entropy: nudged the other way',
    },
  ]),
  ...within('rules/nudging.ts', [
    { find: 's.randomSign ? sign : 1', replace: 's.randomSign ? 1 : sign', why: 'sign of β ignored' },
  ]),
  ...within('rules/similarity-matching.ts', [
    {
      find: '(-(s.lrLateral[k - 1] as number) * steppedFactor',
      replace: '((s.lrLateral[k - 1] as number) * steppedFactor',
      why: 'sign of the Hebbian term',
    },
    { find: 'as number) * steppedFactor(s, epoch))', replace: 'as number))', why: 'schedule does not reach M' },
    {
      find: '? s.beta : signedBeta(s, sign)',
      replace: '? signedBeta(s, sign) : signedBeta(s, sign)',
      why: 'corrected form keeps the sign of β',
    },
  ]),
  ...perceptronDefects,
  ...within('rules/optimiser.ts', [
    {
      find: 'Math.floor(epoch / s.stepEpochs)',
      replace: 'Math.floor((epoch + 1) / s.stepEpochs)',
      why: 'schedule off by one epoch',
    },
    {
      find: 'batch === 0 ? 1 : 1 - settings.dampening',
      replace: '1 - settings.dampening',
      why: 'the first momentum damped',
    },
    {
      find: 'sum([1, direction], [settings.momentum, momentum])',
      replace: 'sum([1, momentum], [settings.momentum, direction])',
      why: 'Nesterov: gradient and momentum exchanged',
    },
    {
      find: '-rate(step) / (1 - BETA_1 ** (step.batch + 1))',
      replace: '-rate(step)',
      why: 'no bias correction of the mean',
    },
    {
      find: '[settings.momentum, momentum], [share, direction]',
      replace: '[settings.momentum, momentum], [1 - settings.momentum, direction]',
      why: 'momentum as an average',
    },
    { find: 'STABILISER = 1e-8', replace: 'STABILISER = 1e-6', why: 'another stabiliser' },
  ]),
  ...within('rules/predictive-values.ts', [
    { find: 'bound: 1 / Math.sqrt(n(k - 1))', replace: 'bound: 1 / n(k - 1)', why: 'initial bound of the biases' },
    { find: 'k === 1 ? x : f(v(k - 1))', replace: 'f(k === 1 ? x : v(k - 1))', why: 'input passed through f' },
    { find: 'multiply(back, map(SLOPES[activation], v(k)))', replace: 'back', why: 'no slope on the way back' },
  ]),
  ...within('rules/predictive-coding.ts', [
    { find: 's.targetHigh - s.targetLow, p.y', replace: 's.targetHigh, p.y', why: 'target of its class too high' },
    { find: 'Math.sqrt(1 - s.adamBeta2 ** t)', replace: '1', why: 'no bias correction of the square' },
    { find: 'const t = batch + 1', replace: 'const t = batch + 2', why: 'batches counted from 2' },
    {
      find: 'v(k).increase(η, moves(k))',
      replace:
        'v(k).increase(η, sum([-1, network.error(v, k)], [1, network.fromAbove(v, network.error(v, k + 1), k)]))',
      why: 'Gauss–Seidel instead of Jacobi',
    },
  ]),
  ...within('rules/predictive-coding-nudged.ts', [
    { find: '2 / signedLambda(sign)', replace: '2 / s.lambda + 0 * sign', why: 'sign of λ ignored in learning' },
    {
      find: '[λ.times(-2), difference(v(L), p.y)]',
      replace: '[λ.times(2), difference(v(L), p.y)]',
      why: 'nudged away from the label',
    },
    {
      find: 'Math.floor(batch / s.stepBatches)',
      replace: 'Math.floor((batch + 1) / s.stepBatches)',
      why: 'schedule off by one batch',
    },
  ]),
  ...within('rules/unit.ts', [
    { find: 'hardSigmoid(sum([0.5, v]))', replace: 'hardSigmoid(v)', why: 'wide hard sigmoid no wider', golden: true },
    {
      find: "map('sigmoid', shifted(4, -2))",
      replace: "map('sigmoid', shifted(4, 2))",
      why: 'sigmoid shifted the other way',
      golden: true,
    },
    { find: 'sum([1, zeros], [1, drawn])', replace: 'sum([1, zeros], [0, drawn])', why: 'every unit begins at zero' },
  ]),
  ...within('rules/measures.ts', [
    { find: '[1, norm(to)], [1', replace: '[1, norm(from)], [1', why: 'residual relative to the state before' },
  ]),
  ...within('rules/neural-step.ts', [
    { find: 'step.neuralLr / (t + 1)', replace: 'step.neuralLr / (t + 2)', why: 'iterations counted from 1' },
    {
      find: 'step.neuralLr / (t * step.neuralLrDecay + 1)',
      replace: 'step.neuralLr / (t * step.neuralLrDecay)',
      why: 'slow decay without its 1',
    },
    {
      find: 'Math.max(step.neuralLr / (t * step.neuralLrDecay + 1), step.neuralLrStop)',
      replace: 'step.neuralLr / (t * step.neuralLrDecay + 1)',
      why: 'slow decay without its floor',
    },
  ]),
  ...within('rules/setting.ts', [
    { find: 'piece.fromEpoch <= epoch', replace: 'piece.fromEpoch < epoch', why: 'schedule off by one epoch' },
    {
      find: 'return base ** epoch',
      replace: 'return base ** (epoch - Math.max(from, 0))',
      why: 'exponent from the piece’s start',
    },
  ]),
  ...within('program/words.ts', [
    {
      find: "return product('outer', valueOf(a), valueOf(b), true, false, true)",
      replace: "return product('outer', valueOf(a), valueOf(b), true, false)",
      why: 'outer without its mean',
    },
    {
      find: "product('applyTransposed', valueOf(errors), valueOf(weight), false, false)",
      replace: "product('applyTransposed', valueOf(errors), valueOf(weight), false, true)",
      why: 'transposed weight',
    },
    { find: 'return sum([1, a], [-1, b])', replace: 'return sum([1, a], [1, b])', why: 'difference adds' },
    {
      find: "reduce(operand, 'rows', true)",
      replace: "reduce(operand, 'rows', false)",
      why: 'mean over the batch is a sum',
    },
  ]),
  ...within('program/hoist.ts', [
    {
      find: "if (inside.kind === 'let') changing.add(inside.id)",
      replace: '',
      why: 'what depends on what changes is hoisted',
    },
    {
      find: 'scalars[coefficient.scalar]?.length !== 1',
      replace: 'scalars[coefficient.scalar]?.length === 0',
      why: 'rates of each iteration are hoisted',
    },
  ]),
  ...within('program/share.ts', [
    {
      find: 'const known = new Map(outer)',
      replace: 'const known = outer as Map<string, ValueId>',
      why: 'values of a repeat shared with what follows it',
    },
    { find: 'next: now(carry.next)', replace: 'next: carry.next', why: 'carried value not followed' },
  ]),
  ...within('program/simplify.ts', [
    {
      find: '${product.mean}/${term.coefficient.scalar}/',
      replace: '${product.mean}/',
      why: 'products of different scalars added',
    },
    {
      find: '{ factor: term.coefficient.factor, scalar: null }, value: operation.left',
      replace: '{ factor: 1, scalar: null }, value: operation.left',
      why: 'factors lost where products are added',
    },
    { find: 'uses.get(term.value) !== 1 || !fits', replace: '!fits', why: 'sums used twice are written out' },
  ]),
  ...within('program/prune.ts', [
    { find: 'carried.forEach((carry) => live.add(carry.initial))', replace: '', why: 'starts of repeats dropped' },
    { find: 'for (const id of readBy(body)) live.add(id)', replace: '', why: 'what a repeat reads is dropped' },
  ]),
  ...within('program/activations.ts', [
    { find: 'v > 0 ? 1 : 0)', replace: 'v >= 0 ? 1 : 0)', why: 'slope of relu at 0' },
    {
      find: '(v: number): number => (Number.isNaN(v) ? v : v > 0 ? v : 0)',
      replace: '(v: number): number => (v > 0 ? v : 0)',
      why: 'relu hides NaN',
    },
    { find: 'sigmoid(v) * (1 - sigmoid(v))', replace: 'v * (1 - v)', why: 'slope taken of the rate' },
  ]),
  ...within('program/initial.ts', [
    { find: 'Math.sqrt(6 / (rows + columns))', replace: 'Math.sqrt(6 / columns)', why: 'xavier bound of one side' },
    { find: 'result[j * n + i] = sum', replace: 'result[j * n + i] = -sum', why: 'gram not symmetric' },
  ]),
  ...within('program/random.ts', [
    { find: 'this.bits() >>> 31 === 0', replace: 'this.bits() >>> 30 === 0', why: 'unfair coin' },
    { find: 'this.integer(last + 1)', replace: 'this.integer(last)', why: 'shuffle never leaves an item in place' },
    { find: 'Math.floor(seed / 2 ** 32) >>> 0], [', replace: '0], [', why: 'high half of a seed ignored' },
    { find: 'Math.floor(2 ** 32 / count) * count', replace: '2 ** 32', why: 'modulo bias' },
  ]),
  ...within('program/measures.ts', [
    { find: '(Math.sqrt(squaresA) * Math.sqrt(squaresB))', replace: 'squaresA', why: 'angle with one norm for two' },
    { find: 'Math.abs(value) < threshold', replace: 'value < threshold', why: 'what is negative counts as silent' },
    { find: 'other === own && c < label', replace: 'other === own && c > label', why: 'ties go to the highest index' },
    { find: 'return beating < k', replace: 'return beating <= k', why: 'top k + 1' },
    { find: 'result += Math.log(sum)', replace: 'result += Math.log(sum) / 2', why: 'half a log-determinant' },
  ]),
  ...within('experiment/published.ts', [
    { find: 'DEVIATIONS = 2', replace: 'DEVIATIONS = 1', why: 'one standard deviation instead of two' },
    { find: 'const epoch = index + 1', replace: 'const epoch = index', why: 'early epochs counted from 0' },
  ]),
  ...within('experiment/agreement.ts', [
    { find: 'SEEDS_FOR_A_VERDICT = 3', replace: 'SEEDS_FOR_A_VERDICT = 2', why: 'a verdict from two seeds' },
    { find: 'Math.abs(difference) <=', replace: '-difference <=', why: 'too good counts as agreement' },
    { find: 'half + slack', replace: 'half', why: 'two spreads near zero refuse each other over one image' },
    { find: '!(margin <= widest)', replace: 'false', why: 'not shown to differ is called the same' },
    { find: 'one.sd ** 2 / one.n', replace: 'one.sd ** 2', why: 'a deviation of seeds instead of their mean' },
  ]),
  ...within('experiment/spread.ts', [
    { find: 'squares / (n - 1)', replace: 'squares / n', why: 'sd of the population' },
    { find: 'return sum + lost', replace: 'return sum', why: 'what rounding took is forgotten' },
  ]),
  ...within('experiment/result.ts', [
    { find: 'seed.epochs === epoch', replace: 'seed.epochs > 0', why: 'a mean over seeds at unequal epochs' },
    { find: 'seed.collapsed ? most :', replace: 'false ? most :', why: 'a collapsed seed says how far the others are' },
    { find: '? withCollapsed :', replace: '? true :', why: 'collapsed seeds always count' },
    { find: 'seed.epochs !== epoch)', replace: 'seed.epochs === epoch)', why: 'those behind are those that count' },
  ]),
  ...within('analysis/inspect.ts', [
    { find: 'label * classes + predicted', replace: 'predicted * classes + label', why: 'the matrix lies on its side' },
    { find: 'if (predicted !== label)', replace: 'if (predicted === label)', why: 'what is right counts as a mistake' },
    {
      find: 'b.predicted.length - a.predicted.length',
      replace: 'a.predicted.length - b.predicted.length',
      why: 'the easiest first',
    },
    { find: 'i) => from + i)', replace: 'i) => i)', why: 'the first samples again and again' },
  ]),
  ...within('experiment/selection.ts', [
    { find: 'accuracy > (', replace: 'accuracy >= (', why: 'the last of equally good epochs' },
  ]),
  ...within('data/split.ts', [
    { find: 'Math.round(count', replace: 'Math.floor(count', why: 'share rounded down' },
    { find: 'b.remainder - a.remainder', replace: 'a.remainder - b.remainder', why: 'smallest remainders first' },
    { find: 'if (left-- > 0)', replace: 'if (--left > 0)', why: 'one sample too few held out' },
  ]),
  ...within('paper/row-seeds.ts', [
    { find: 'known.epochs < finished', replace: 'known.epochs > finished', why: 'the run that trained a seed least' },
    {
      find: 'whole.collapsed.epoch > epochs',
      replace: 'whole.collapsed.epoch < 0',
      why: 'a collapse after the last epoch of the paper counts',
    },
    { find: 'values[Math.ceil(middle) - 1]', replace: 'values[Math.ceil(middle)]', why: 'not the median' },
    { find: 'run.evaluation.topK === asked.evaluation.topK', replace: 'true', why: 'top-3 taken for top-5' },
  ]),
  ...within('paper/values.ts', [
    { find: '(batch / first) * firstEpoch', replace: 'batch / first', why: 'top-k counted seldom at every epoch' },
  ]),
  ...within('paper/row-state.ts', [
    {
      find: 'const leftOut = published !== null',
      replace: 'const leftOut = true',
      why: 'lost seeds out of one mean only',
    },
    {
      find: 'drawn: leftOut ? drawnOf(atEnd, kept, published) : atEnd',
      replace: 'drawn: kept',
      why: 'our curve without the lost seeds that theirs holds',
    },
    { find: 'done < of ?', replace: 'done > of ?', why: 'a verdict before the last epoch' },
    { find: 'mean * (1 - mean)', replace: 'mean', why: 'deviation of a drawn accuracy' },
    { find: 'Math.min(...drawn)', replace: 'Math.max(...drawn)', why: 'the widest draw instead of the narrowest' },
  ]),
  ...within('paper/curves.ts', [
    { find: 'Math.sqrt((n - 1) / n)', replace: 'Math.sqrt(n / (n - 1))', why: 'our band widened to a population' },
    { find: 'Math.sqrt(n / (n - 1))', replace: 'Math.sqrt((n - 1) / n)', why: 'their band narrowed to a sample' },
    { find: 'spread.mean <= to', replace: 'spread.mean < Infinity', why: 'above the band is inside' },
    { find: 'distance > largest', replace: 'distance < largest', why: 'the largest distance is the least' },
    { find: '!ends ? { verdict', replace: 'ends ? { verdict', why: 'a curve that ends early is judged' },
  ]),
  ...within('paper/plan.ts', [
    {
      find: 'complete.some((seeds)',
      replace: 'complete.every((seeds)',
      why: 'the measure of an exhibit is not asked for',
    },
    { find: 'seed.collapsed !== null)', replace: 'false)', why: 'a collapsed seed is trained for ever' },
    {
      find: 'missing: lacking.filter((seed) => !coming.has(seed))',
      replace: 'missing: lacking',
      why: 'what runs is started again',
    },
    { find: '!run.resumable ||', replace: '', why: 'goes on without checkpoints' },
    { find: 'longer: epochs > run.experiment.training.epochs', replace: 'longer: false', why: 'never longer' },
    {
      find: 'left = left.filter((seed) => !taken.includes(seed))',
      replace: 'left = [...left]',
      why: 'a seed in two tasks',
    },
    {
      find: 'moving && run.training.epochs >= epochs',
      replace: 'moving',
      why: 'a run that ends too early is waited for',
    },
    { find: '...one.seeds, ...other.seeds', replace: '...one.seeds', why: 'seeds of the first row only' },
    {
      find: "one === 'all' || other === 'off' ? one : other",
      replace: 'one',
      why: 'what only the second row evaluates',
    },
  ]),
  ...within('paper/save.ts', [
    { find: 'counted.filter(({ collapsed }) => !collapsed)', replace: 'counted', why: 'a mean of collapsed seeds' },
    {
      find: 'perSeed: perSeedOf(seeds, epoch, lost)',
      replace: 'perSeed: null',
      why: 'seeds that ended low are not named',
    },
    { find: 'epochs: epoch }', replace: 'epochs: experiment.training.epochs }', why: 'epochs that nobody trained' },
    { find: '|| ends.includes(place)', replace: '', why: 'the ends of long curves are thinned away' },
  ]),
  ...within('paper/state.ts', [
    {
      find: "exhibit.quantity === 'train' ? 'train' : 'test'",
      replace: "'test'",
      why: 'a table of training accuracies',
    },
  ]),
  ...within('paper/paper.ts', [
    { find: 'if (!known.has(row))', replace: 'if (known.size === 0)', why: 'an exhibit of rows that are not there' },
    { find: '(preset === null) === (experiment === null)', replace: 'false', why: 'a row of nothing' },
  ]),
  ...within('lab/papers/library.ts', [
    {
      find: 'JSON.stringify(this.find(paper.id)) === JSON.stringify(paper)',
      replace: 'this.find(paper.id) !== paper',
      why: 'another paper is taken for the same',
    },
    {
      find: 'if (this.has(paper.id)) {',
      replace: 'if (this.has(paper.id) && paper.id === shippedPaper().id) {',
      why: 'a paper is written over',
    },
    {
      find: 'head.data.version > PAPER_VERSION',
      replace: 'head.data.version > 99',
      why: 'a later version is guessed at',
    },
  ]),
  ...within('lab/papers/trained-runs.ts', [
    { find: 'begun.every(', replace: 'begun.some(', why: 'one checkpoint serves all seeds' },
    { find: '!moving &&', replace: '', why: 'a run that moves is resumed' },
  ]),
]
