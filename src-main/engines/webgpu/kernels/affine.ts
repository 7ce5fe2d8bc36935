/**
 * raw = Σ coefficient · (left × right) + Σ coefficient · stream + constant, mapped = map(raw), in one dispatch.
 *
 * Batches are short and layers wide, so a workgroup owns a few columns of up to 32 rows: each weight is read once and
 * used for every row from registers, and neighbouring threads split the inner dimension and reduce at the end.
 * Where the inner dimension is short there is nothing to split: a thread computes one entry.
 */
import type { Instruction } from '../../lowering/plan.ts'
import { mapped, type ShaderMap } from '../maps.ts'
import { THREADS, type Kernel, type Writer } from '../writer.ts'

export type Affine = Extract<Instruction, { kind: 'affine' }>

/** Inner dimensions up to this are not split among threads. */
const SHORT = 64
/** Rows of the left matrix that a workgroup stages at a time. */
const STAGED = 64

/** Four rows each: how many of them a workgroup computes together. Few choices, so that batch sizes share pipelines. */
function quadsFor(rows: number): number {
  return [1, 2, 5].find((quads) => rows <= 4 * quads) ?? 8
}

function isShort(instruction: Affine, writer: Writer): boolean {
  return instruction.products.every(({ left }) => writer.buffer(left).columns <= SHORT)
}

/** @param rows of a batch, when it is to be tiled (the text depends on `quadsFor` of it alone); null for entry by entry */
export function affine(instruction: Affine, writer: Writer, rows: number | null): Kernel {
  return rows === null || isShort(instruction, writer)
    ? entryByEntry(instruction, writer)
    : tiled(instruction, writer, rows)
}

function entryByEntry(instruction: Affine, writer: Writer): Kernel {
  const target = targetOf(instruction)
  const columns = writer.columns(target)
  const products = instruction.products.map(({ coefficient, left, right }) => {
    const inner = writer.columns(left)
    return `{
  let a = ${writer.base(left)} + row * ${inner};
  let b = ${writer.base(right)} + column;
  var sum = 0f;
  for (var k = 0u; k < ${inner}; k++) { sum += ${writer.space(left)}[a + k] * ${writer.space(right)}[b + k * ${columns}]; }
  total += ${writer.coefficient(coefficient)} * sum;
}`
  })
  return {
    body: `let index = g * ${THREADS}u + tid;
if (index < ${writer.rows(target)} * ${columns}) {
let row = index / ${columns};
let column = index % ${columns};
var total = 0f;
${products.join('\n')}
${epilogue(instruction, writer)}
}`,
    groups: (place) => Math.ceil((place.rows(target) * writer.buffer(target).columns) / THREADS),
  }
}

function tiled(instruction: Affine, writer: Writer, batch: number): Kernel {
  const target = targetOf(instruction)
  const { columns: wide, batch: samples } = writer.buffer(target)
  const quads = samples ? quadsFor(batch) : 1
  const across = wide > 16 ? 32 : 16
  const slices = THREADS / across
  const columns = writer.columns(target)
  const rows = writer.rows(target)
  const each = (text: (q: number) => string): string => Array.from({ length: quads }, (_, q) => text(q)).join('\n')
  // Loaded before the tile, so that both loads are in flight together; beyond the end the tile is zero-padded.
  const weights = (text: (n: number) => string): string =>
    Array.from({ length: STAGED / slices }, (_, n) => text(n)).join('\n')
  const products = instruction.products.map(({ coefficient, left, right }) => {
    const inner = writer.columns(left)
    const L = writer.space(left)
    return `{
  let inner = ${inner};
  let a = ${writer.base(left)};
  let b = ${writer.base(right)} + min(column, ${columns} - 1u);
  let factor = ${writer.coefficient(coefficient)};
  ${each((q) => `var s${q} = vec4<f32>();`)}
  for (var start = 0u; start < inner; start += ${STAGED}u) {
    let some = min(${STAGED}u, inner - start);
    ${weights((n) => `let w${n} = ${writer.space(right)}[b + (start + min(slice + ${n * slices}u, some - 1u)) * ${columns}];`)}
    workgroupBarrier();
    for (var i = tid; i < ${STAGED * quads}u; i += ${THREADS}u) {
      let k = i % ${STAGED}u;
      let quad = i / ${STAGED}u;
      var four = vec4<f32>();
      if (k < some) {
        let r = top + 4u * quad;
        let at = a + r * inner + start + k;
        if (r < rows) { four.x = ${L}[at]; }
        if (r + 1u < rows) { four.y = ${L}[at + inner]; }
        if (r + 2u < rows) { four.z = ${L}[at + 2u * inner]; }
        if (r + 3u < rows) { four.w = ${L}[at + 3u * inner]; }
      }
      tile[k * ${quads}u + quad] = four;
    }
    workgroupBarrier();
    ${weights((n) => each((q) => `s${q} = fma(vec4<f32>(w${n}), tile[(slice + ${n * slices}u) * ${quads}u + ${q}u], s${q});`))}
  }
  ${each((q) => `t${q} += factor * s${q};`)}
}`
  })
  return {
    body: `let rows = ${rows};
let across = (${columns} + ${across - 1}u) / ${across}u;
let top = (g / across) * ${4 * quads}u;
let column = (g % across) * ${across}u + tid % ${across}u;
let slice = tid / ${across}u;
${each((q) => `var t${q} = vec4<f32>();`)}
${products.join('\n')}
var four = vec4<f32>();
${each(
  (q) => `workgroupBarrier();
partial[tid] = t${q};
workgroupBarrier();
if (slice == ${q}u) { for (var i = 0u; i < ${slices}u; i++) { four += partial[i * ${across}u + tid % ${across}u]; } }`,
)}
if (slice < ${quads}u && column < ${columns}) {
for (var i = 0u; i < 4u; i++) {
let row = top + 4u * slice + i;
if (row < rows) {
var total = four[i];
${epilogue(instruction, writer)}
}
}
}`,
    groups: (place) => Math.ceil(place.rows(target) / (4 * quads)) * Math.ceil(wide / across),
  }
}

/** From `total` at `row` and `column` to what is stored. */
function epilogue(instruction: Affine, writer: Writer): string {
  const { streams, constant, raw, mapped: image, map } = instruction
  const lines = streams.map(
    ({ coefficient, from }) =>
      `total += ${writer.coefficient(coefficient)} * ${writer.entry(from, writer.base(from), 'row', 'column')};`,
  )
  if (constant.length > 0) lines.push(`total += ${writer.coefficient(constant)};`)
  if (raw >= 0) lines.push(`${writer.entry(raw, writer.base(raw), 'row', 'column')} = total;`)
  if (image >= 0)
    lines.push(
      `${writer.entry(image, writer.base(image), 'row', 'column')} = ${map === 'none' ? 'total' : mapped(map satisfies ShaderMap, 'total')};`,
    )
  return lines.join('\n')
}

export function targetOf({ raw, mapped: image }: Affine): number {
  return raw >= 0 ? raw : image
}

/** Workgroup memory that any affine of a shader uses, in groups of four numbers. */
export const TILE_QUADS = STAGED * 8
