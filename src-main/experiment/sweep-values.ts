/**
 * The values of a sweep's axis, as people write them: a list `0.05,0.1`, ranges `100..500:100` (by a step),
 * `0.01..0.1/5` (so many, evenly spaced), `0.001..1/4log` (so many, by equal factors), `1..4` (whole numbers), or a mixture.
 */
import { ExperimentProblem } from './problem.ts'
import { splitValues } from './setting-key.ts'

const EXAMPLES = 'Write 0.05,0.1 or 100..500:100 (step) or 0.01..0.1/5 (count) or 0.001..1/4log.'
const MOST_VALUES = 1000
const NUMBER = String.raw`([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)`
const RANGE = new RegExp(String.raw`^${NUMBER}\.\.${NUMBER}(?::${NUMBER}|/(\d{1,9})(log)?)?$`, 'i')

/** Every value of an axis, ranges unfolded; `key` is named in refusals. @throws ExperimentProblem */
export function readSweepValues(key: string, text: string): string[] {
  return splitValues(text).flatMap((piece) => (/^[+-]?\d[^,]*\.\./.test(piece) ? unfolded(key, piece) : [piece]))
}

function unfolded(key: string, piece: string): string[] {
  const refuse = (why: string): never => {
    throw new ExperimentProblem(`${key}: the range "${piece.slice(0, 80)}" ${why}.`, [], EXAMPLES)
  }
  const match = RANGE.exec(piece)
  if (match === null) return refuse('cannot be read')
  const numberAt = (group: number): number | null => {
    const text = match.at(group)
    return text === undefined ? null : Number(text)
  }
  const [from, to, step, count] = [numberAt(1) ?? NaN, numberAt(2) ?? NaN, numberAt(3), numberAt(4)]
  if (to < from) return refuse('ends before it begins')
  if (count !== null) {
    if (count < 2 || count > MOST_VALUES) return refuse(`needs from 2 to ${MOST_VALUES} values, found ${count}`)
    if (match.at(5) === undefined) return points(count, (share) => from + share * (to - from))
    if (from <= 0) return refuse(`needs bounds above 0 for equal factors, found ${from}`)
    return points(count, (share) => from * (to / from) ** share)
  }
  if (step === null && !(Number.isInteger(from) && Number.isInteger(to)))
    return refuse('needs a step or a count, for its bounds are not whole')
  const by = step ?? 1
  if (!(by > 0)) return refuse(`needs a step above 0, found ${by}`)
  // A rounding error must not cost the last value.
  const steps = Math.floor((to - from) / by + 1e-9)
  if (steps >= MOST_VALUES) return refuse(`has more than ${MOST_VALUES} values`)
  return Array.from({ length: steps + 1 }, (_, i) => written(from + i * by))
}

function points(count: number, at: (share: number) => number): string[] {
  return Array.from({ length: count }, (_, i) => written(at(i / (count - 1))))
}

/** 0.30000000000000004 is meant as 0.3. */
function written(value: number): string {
  return String(Number(value.toPrecision(12)))
}
