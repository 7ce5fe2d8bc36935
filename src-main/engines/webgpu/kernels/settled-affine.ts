/** A sum with products for the samples of one settling workgroup. */
import { targetOf, type Affine } from './affine.ts'
import { spanOf, TEAM_SLICES } from '../team.ts'
import { mappedFour, type States } from './states.ts'

/** Weights that a thread loads before it uses the first, to hide the latency of memory. */
const LOADS_AT_ONCE = 32

/**
 * A thread computes a few columns for all samples of the workgroup, so that a state read from the workgroup's memory
 * is used for several weights: its bandwidth would be the limit otherwise, not arithmetic. Threads with the same columns
 * split the inner dimension and reduce at the end, in an order that does not depend on how many samples the workgroup has:
 * through the workgroup's memory, or, where a subgroup holds them all, by shuffles, without a barrier.
 */
export function settledAffine(states: States, instruction: Affine): string {
  const { products, streams, constant, raw, mapped: image, map } = instruction
  const { writer, workgroup } = states
  const { quads, threads, partials, subgroup, team } = workgroup
  const target = targetOf(instruction)
  const { columns: all } = writer.buffer(target)
  const divided = states.isDivided(target)
  const wide = divided ? spanOf(all, team?.members ?? 1) : all
  // A team's slices do not depend on its size, so that sums do not.
  const lanes = divided ? threads / TEAM_SLICES : null
  // Columns that one read fetches, and those of a thread.
  const enough = lanes === null ? wide > 64 : wide > 2 * lanes
  const lot = all % 4 === 0 && enough && products.every(({ right }) => writer.space(right) === 'W') ? 4 : 1
  const lots = lot === 4 ? 1 : wide > (lanes ?? 128) * 2 ? 4 : wide > (lanes ?? 128) ? 2 : 1
  const own = lot * lots
  const across = lanes ?? [16, 32, 64, 128, 256, 512].find((width) => wide <= own * width && width < threads) ?? threads
  const slices = threads / across
  const shuffled = slices > 1 && slices <= subgroup
  const columns = writer.columns(target)
  // In reads: how many a row has, and which of them are this workgroup's.
  const beside = lot === 4 ? writer.word(() => all / 4) : columns
  const [first, end] = states.share(target).map((bound) => (lot === 4 ? `(${bound}) / 4u` : bound))
  const sums = products
    // The longest adds up into the totals themselves, before there is anything else in them.
    .toSorted((one, other) => writer.buffer(other.left).columns - writer.buffer(one.left).columns)
    .map(({ coefficient, left, right }, position) => {
      const inner = writer.columns(left)
      const rounds = Math.ceil(writer.buffer(left).columns / slices)
      const ahead = [1, 2, 4].find((count) => count >= Math.min(rounds, LOADS_AT_ONCE / own)) ?? 8
      const weight = (k: string, g: number): string =>
        lot === 4 ? `W[b + (${k}) * ${beside} + at${g}]` : writer.at(right, `b + (${k}) * ${columns} + at${g}`)
      const chunk = (k: (n: number) => string, guard: (n: number, read: string) => string): string =>
        `${each(ahead, (n) => each(lots, (g) => `let w${n}_${g} = ${guard(n, weight(k(n), g))};`))}
${each(ahead, (n) =>
  each(quads, (q) => {
    const state = `M[m${left} + (${k(n)}) * ${quads}u + ${q}u]`
    return `let m${n}_${q} = ${position === 0 ? state : `factor * ${state}`};
${each(own, (c) => `t${c}_${q} = fma(vec4<f32>(w${n}_${Math.floor(c / lot)}${lot === 4 ? `.${'xyzw'[c % 4] ?? ''}` : ''}), m${n}_${q}, t${c}_${q});`)}`
  }),
)}`
      const plain = (n: number): string => (n === 0 ? 'k' : `k + ${n * slices}u`)
      const last = (n: number): string => `min(${plain(n)}, ${inner} - 1u)`
      const none = lot === 4 ? 'vec4<f32>()' : '0f'
      return `{
let factor = ${states.coefficient(coefficient)};
let b = ${lot === 4 ? `(${writer.base(right)}) / 4u` : writer.base(right)};
var k = slice;
${
  rounds >= ahead
    ? `for (; k + ${(ahead - 1) * slices}u < ${inner}; k += ${ahead * slices}u) {
${chunk(plain, (_, read) => read)}
}`
    : ''
}
if (k < ${inner}) {
${chunk(last, (n, read) => `select(${none}, ${read}, ${plain(n)} < ${inner})`)}
}
${position === 0 ? each(own, (c) => each(quads, (q) => `t${c}_${q} *= factor;`)) : ''}
}`
    })
  const tail = [
    ...streams.map(({ coefficient, from }) => `total += ${states.coefficient(coefficient)} * ${states.value(from)};`),
    ...(constant.length > 0 ? [`total += ${states.coefficient(constant)};`] : []),
    ...(raw >= 0 ? [states.put(raw, 'total')] : []),
    ...(image >= 0 ? [states.put(image, map === 'none' ? 'total' : mappedFour(map, 'total'))] : []),
  ].join('\n')
  // A sum of one column and four samples is added up and finished by one slice of the threads, as many at a time as
  // there are slices and room.
  const passes = Array.from({ length: own * quads }, (_, pass) => `t${Math.floor(pass / quads)}_${pass % quads}`)
  const atOnce = Math.min(slices, passes.length, shuffled ? slices : partials)
  const round = (from: number): string => {
    const count = Math.min(atOnce, passes.length - from)
    const added =
      slices === 1
        ? `total = ${passes[from] ?? ''};`
        : shuffled
          ? each(count, (n) => butterfly(passes[from + n] ?? '', n, slices))
          : `workgroupBarrier();
${each(count, (n) => `partial[tid + ${n * threads}u] = ${passes[from + n] ?? ''};`)}
workgroupBarrier();
if (slice < ${count}u) { for (var j = 0u; j < ${slices}u; j++) { total += partial[slice * ${threads}u + j * ${across}u + lane]; } }`
    return `{
var total = vec4<f32>();
${added}
let own = (${from}u + slice) / ${quads}u;
let quad = (${from}u + slice) % ${quads}u;
let column = ${lot === 4 ? '4u * (beginning + lane) + own' : `beginning + lane + own * ${across}u`};
if (slice < ${count}u && column < ${states.share(target)[1]}) {
${tail}
}
}`
  }
  // Slices that reduce by shuffles are beside each other.
  return `let slice = tid ${shuffled ? `% ${slices}u` : `/ ${across}u`};
let lane = tid ${shuffled ? `/ ${slices}u` : `% ${across}u`};
for (var beginning = ${first}; beginning < ${end}; beginning += ${lots * across}u) {
${each(lots, (g) => `let at${g} = min(beginning + lane + ${g * across}u, ${beside} - 1u);`)}
${each(own, (c) => each(quads, (q) => `var t${c}_${q} = vec4<f32>();`))}
${sums.join('\n')}
${each(Math.ceil(passes.length / atOnce), (n) => round(n * atOnce))}
}`
}

/** Adds a sum up over the slices, pair by pair, so that all have the same total; slice n keeps it. */
function butterfly(sum: string, n: number, slices: number): string {
  const steps: string[] = []
  for (let apart = 1; apart < slices; apart *= 2) steps.push(`${sum} += subgroupShuffleXor(${sum}, ${apart}u);`)
  return `${steps.join(' ')}\nif (slice == ${n}u) { total = ${sum}; }`
}

function each(count: number, text: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => text(n)).join('\n')
}
