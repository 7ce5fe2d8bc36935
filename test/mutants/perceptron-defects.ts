/** Slips in the rules that carry an error backward. */
import { within, type Defect } from './defect.ts'

export const perceptronDefects: readonly Defect[] = [
  ...within('rules/perceptron.ts', [
    { find: 'sum([2 / n(L), ε])', replace: 'sum([1 / n(L), ε])', why: 'squared error with a half' },
    {
      find: "multiply(back(k + 1, above, atOutput, batch), map('reluSlope', h(k)))",
      replace: 'back(k + 1, above, atOutput, batch)',
      why: 'no slope on the way back',
    },
  ]),
  ...within('rules/perceptron.ts', [
    {
      find: '1 / Math.sqrt(widths[k - 1] as number)',
      replace: '1 / Math.sqrt(widths[k] as number)',
      why: 'initial bound of the wrong layer',
    },
  ]),
  ...within('rules/feedback-alignment.ts', [
    { find: 'Math.sqrt(6 / n(k - 1))', replace: 'Math.sqrt(6 / n(k))', why: 'kaiming bound of the wrong side' },
    {
      find: 'feedback: () => {',
      replace: 'feedback: (W) => { if (W(2)) return { carry: (k, error) => applyTransposed(W(k), error) }',
      why: 'error comes back through W',
    },
  ]),
  ...within('rules/perceptron-form.ts', [
    {
      find: 'layer = L - 1; layer >= k; layer--',
      replace: 'layer = L - 1; layer > k; layer--',
      why: 'the path to the output without its lowest weights',
    },
  ]),
  ...within('rules/dual-propagation.ts', [
    { find: '[1 - α, above]', replace: '[α, above]', why: 'the compartment nudged by its own share' },
    { find: '[-(1 - α) * β, loss]', replace: '[-α * β, loss]', why: 'the output nudged by the wrong shares' },
    { find: '[α, plus(k)], [1 - α, minus(k)]', replace: '[0.5, plus(k)], [0.5, minus(k)]', why: 'an even mean' },
    {
      find: 'if (k < L) infer(k, driven)',
      replace: 'if (k > L) infer(k, driven)',
      why: 'nothing inferred on the way up',
    },
    {
      find: 'const loss = slope(drive(L))',
      replace: 'const loss = slope(h(L))',
      why: 'later passes nudged by the first output',
    },
  ]),
  ...within('rules/error-broadcast.ts', [
    { find: 'outer(a(k), ε)', replace: 'outer(a(k + 1), ε)', why: 'correlations of the wrong layer' },
    { find: '[1 - s.lambda, outer', replace: '[1, outer', why: 'correlations that are no average' },
    { find: '[-s.power, p.fill', replace: '[s.power, p.fill', why: 'power drawn to the negative' },
    { find: "meanOverBatch(map('square', a(k)))", replace: "map('square', a(k))", why: 'power of one sample' },
    { find: 'apply(R(k), ε)', replace: 'apply(R(k), _atOutput)', why: 'the loss is broadcast, not the error' },
    { find: 'k < widths.length - 1', replace: 'k < widths.length - 2', why: 'correlation of all layers but one' },
  ]),
  ...within('rules/pepita.ts', [
    { find: 'difference(a(k), second.a(k))', replace: 'difference(second.a(k), a(k))', why: 'units learn away' },
    { find: 'outer(error(k), second.a(k - 1))', replace: 'outer(error(k), a(k - 1))', why: 'the first pass below' },
    { find: 'slope(second.h(L))', replace: 'ε', why: 'the output learns from its first error' },
    {
      find: '[1, applyTransposed(F, ε)]',
      replace: '[-1, applyTransposed(F, ε)]',
      why: 'the error is taken from the input',
    },
    { find: 'pathAndFeedback(1, source', replace: 'pathAndFeedback(2, source', why: 'the angle to another path' },
  ]),
  ...within('rules/sign-symmetry.ts', [
    {
      find: 'bound(k) / Math.sqrt(3)',
      replace: 'bound(k)',
      why: 'equal magnitudes at the bound, not at the deviation',
    },
    { find: 'sum([2 * bound(k), apply', replace: 'sum([bound(k), apply', why: 'random magnitudes of half the size' },
    {
      find: "if (s.magnitude === 'batch')",
      replace: "if (s.magnitude === 'fixed')",
      why: 'the wrong magnitudes are drawn anew',
    },
  ]),
  ...within('rules/kolen-pollack.ts', [
    { find: ', follower: F }', replace: ' }', why: 'feedback that does not learn' },
  ]),
  ...within('rules/weight-mirror.ts', [
    { find: 'Math.sqrt(12)', replace: '12', why: 'noise of another variance' },
    { find: 'relu(response) : response', replace: 'response : response', why: 'ReLU units that respond linearly' },
    { find: '[1 - s.mirrorDecay, F(k)]', replace: '[1, F(k)]', why: 'feedback that forgets nothing' },
  ]),
  ...within('rules/noise.ts', [
    { find: 'drawn.become(next)', replace: 'drawn.become(added)', why: 'noise that is not wrapped' },
    { find: '[-1, above], [1, below]', replace: '[-1, above]', why: 'noise wrapped on one side' },
  ]),
]
