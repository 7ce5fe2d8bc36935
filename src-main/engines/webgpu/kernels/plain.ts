/** The instructions that are neither affine nor a chain: one thread per entry, or per row or column that is reduced. */
import type { Instruction } from '../../lowering/plan.ts'
import { mapped } from '../maps.ts'
import { THREADS, type Kernel, type Word, type Writer } from '../writer.ts'

type Of<Kind extends Instruction['kind']> = Extract<Instruction, { kind: Kind }>

/** `body` for each `row` and `column` of a buffer. */
function forEachEntry(writer: Writer, target: number, body: string): Kernel {
  const columns = writer.columns(target)
  return {
    body: `let index = g * ${THREADS}u + tid;
if (index < ${writer.rows(target)} * ${columns}) {
let row = index / ${columns};
let column = index % ${columns};
${body}
}`,
    groups: (place) => Math.ceil((place.rows(target) * writer.buffer(target).columns) / THREADS),
  }
}

/** `body` for each `item` below a count. */
function forEachOf(count: string, groups: Word, body: string): Kernel {
  return {
    body: `let item = g * ${THREADS}u + tid;
if (item < ${count}) {
${body}
}`,
    groups: (place) => Math.ceil(groups(place) / THREADS),
  }
}

/** x = what the byte of a pixel stands for in its channel, or the number itself; y = 1 at the label. */
export function input({ name, to }: Of<'input'>, writer: Writer): Kernel {
  const target = writer.entry(to, writer.base(to), 'row', 'column')
  const sample = 'samples[first + row]'
  if (name === 'y') return forEachEntry(writer, to, `${target} = select(0f, 1f, labels[${sample}] == column);`)
  const features = writer.columns(to)
  return forEachEntry(
    writer,
    to,
    `let pixel = ${sample} * ${features} + column;
if (frame.data.x == 0u) { ${target} = bitcast<f32>(pixels[pixel]); }
else {
  let byte = (pixels[frame.data.y + pixel / 4u] >> (8u * (pixel % 4u))) & 255u;
  ${target} = bitcast<f32>(pixels[(column / frame.data.x) * 256u + byte]);
}`,
  )
}

export function fill({ to, number }: Of<'fill'>, writer: Writer): Kernel {
  return forEachEntry(
    writer,
    to,
    `${writer.entry(to, writer.base(to), 'row', 'column')} = ${writer.number(() => number)};`,
  )
}

/** A copy, also to a buffer in the other layout. */
export function copy({ from, to }: { readonly from: number; readonly to: number }, writer: Writer): Kernel {
  const read = writer.entry(from, writer.base(from), 'row', 'column')
  return forEachEntry(writer, to, `${writer.entry(to, writer.base(to), 'row', 'column')} = ${read};`)
}

/** A copy to where this iteration's measurement is read, row by row. */
export function measure({ measurement, from }: Of<'measure'>, writer: Writer): Kernel {
  const offset = writer.word(({ measured }) => measured[measurement]?.offset ?? 0)
  const entries = writer.word(({ measured }) => measured[measurement]?.entries ?? 0)
  const read = writer.entry(from, writer.base(from), 'row', 'column')
  return forEachEntry(writer, from, `V[baseV + ${offset} + step.x * ${entries} + index] = ${read};`)
}

/**
 * Adds the hits among scores to the count at the end of the replica's parameters, in one workgroup. As isHit in
 * program/measures.ts; NaN is told by its bits, since a device may compute as if there were none.
 */
export function count({ from }: Of<'count'>, writer: Writer): Kernel {
  const read = (column: string): string => writer.entry(from, writer.base(from), 'row', column)
  return {
    body: `var hits = 0f;
for (var row = tid; row < ${writer.rows(from)}; row += ${THREADS}u) {
let label = labels[samples[first + row]];
let own = ${read('label')};
var hit = 1f;
for (var column = 0u; column < ${writer.columns(from)}; column++) {
let other = ${read('column')};
let bits = bitcast<u32>(other) & 0x7fffffffu;
if (bits > 0x7f800000u || other > own || (other == own && column < label)) { hit = 0f; }
}
hits += hit;
}
partial[tid].x = hits;
workgroupBarrier();
if (tid == 0u) {
for (var i = 1u; i < ${THREADS}u; i++) { hits += partial[i].x; }
W[baseW + frame.strides.z - 1u] += hits;
}`,
    groups: () => 1,
  }
}

/** Row by row exp(v − max) / Σ exp(v − max). */
export function softmax({ from, to }: Of<'softmax'>, writer: Writer): Kernel {
  const read = writer.entry(from, writer.base(from), 'item', 'column')
  const columns = writer.columns(from)
  return forEachOf(
    writer.rows(from),
    (place) => place.rows(from),
    `var most = -3.4e38f;
for (var column = 0u; column < ${columns}; column++) { most = max(most, ${read}); }
var sum = 0f;
for (var column = 0u; column < ${columns}; column++) { sum += ${mapped('exp', `${read} - most`)}; }
for (var column = 0u; column < ${columns}; column++) { ${writer.entry(to, writer.base(to), 'item', 'column')} = ${mapped('exp', `${read} - most`)} / sum; }`,
  )
}

/** Sums or means over rows (→ one row), over columns (→ one column) or all; long ones are divided among a workgroup. */
export function reduce({ over, mean, from, to }: Of<'reduce'>, writer: Writer): Kernel {
  const buffer = writer.buffer(from)
  const rows = writer.rows(from)
  const columns = writer.columns(from)
  const addedIn: Word = (place) => (over === 'columns' ? 1 : place.rows(from)) * (over === 'rows' ? 1 : buffer.columns)
  const factor = writer.number((place) => (mean ? 1 / addedIn(place) : 1))
  const store = (item: string): string => {
    const [row, column] = over === 'rows' ? ['0u', item] : over === 'columns' ? [item, '0u'] : ['0u', '0u']
    return `${writer.entry(to, writer.base(to), row, column)} = factor * sum;`
  }
  const read = (row: string, column: string): string => writer.entry(from, writer.base(from), row, column)
  if (over === 'rows')
    return forEachOf(
      columns,
      () => buffer.columns,
      `let factor = ${factor};
var sum = 0f;
for (var i = 0u; i < ${rows}; i++) { sum += ${read('i', 'item')}; }
${store('item')}`,
    )
  if (over === 'columns' && buffer.columns <= THREADS / 4)
    return forEachOf(
      rows,
      (place) => place.rows(from),
      `let factor = ${factor};
var sum = 0f;
for (var i = 0u; i < ${columns}; i++) { sum += ${read('item', 'i')}; }
${store('item')}`,
    )
  const all = over === 'all'
  return {
    body: `let factor = ${factor};
let columns = ${columns};
var own = 0f;
for (var i = tid; i < ${all ? `${rows} * columns` : 'columns'}; i += ${THREADS}u) { own += ${all ? read('(i / columns)', '(i % columns)') : read('g', 'i')}; }
partial[tid].x = own;
workgroupBarrier();
if (tid == 0u) {
var sum = 0f;
for (var i = 0u; i < ${THREADS}u; i++) { sum += partial[i].x; }
${store('g')}
}`,
    groups: (place) => (all ? 1 : place.rows(from)),
  }
}

/** Any product that is neither rows of a batch times a matrix nor a contraction over the batch. */
export function product(instruction: Of<'product'>, writer: Writer): Kernel {
  const { left, right, transposeLeft, transposeRight, mean, to } = instruction
  const a = transposeLeft
    ? writer.entry(left, writer.base(left), 'k', 'row')
    : writer.entry(left, writer.base(left), 'row', 'k')
  const b = transposeRight
    ? writer.entry(right, writer.base(right), 'column', 'k')
    : writer.entry(right, writer.base(right), 'k', 'column')
  const inner = transposeLeft ? writer.rows(left) : writer.columns(left)
  const innerOf: Word = (place) => (transposeLeft ? place.rows(left) : writer.buffer(left).columns)
  return forEachEntry(
    writer,
    to,
    `var sum = 0f;
for (var k = 0u; k < ${inner}; k++) { sum += ${a} * ${b}; }
${writer.entry(to, writer.base(to), 'row', 'column')} = ${writer.number((place) => (mean ? 1 / innerOf(place) : 1))} * sum;`,
  )
}
