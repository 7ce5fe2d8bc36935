/**
 * How the kernels of a settling workgroup read and write states: four samples at a time (a quad), in the workgroup's memory
 * or, for the buffers that do not fit there, in the device's.
 */
import type { Coefficient } from '../../lowering/plan.ts'
import { roundedQuads, type WorkgroupPlan } from '../workgroup.ts'
import { mapped } from '../maps.ts'
import type { Writer } from '../writer.ts'

export class States {
  readonly writer: Writer
  readonly workgroup: WorkgroupPlan
  readonly #kept: ReadonlySet<number>
  readonly #columns: number

  constructor(writer: Writer, workgroup: WorkgroupPlan) {
    this.writer = writer
    this.workgroup = workgroup
    this.#kept = new Set(workgroup.kept)
    this.#columns = workgroup.kept.reduce((sum, id) => sum + writer.buffer(id).columns, 0)
  }

  /** The workgroup's memory. */
  get memory(): string {
    return `var<workgroup> M: array<vec4<f32>, ${roundedQuads(this.#columns * this.workgroup.quads)}>;`
  }

  /** `body` for each `column` and `quad` of a buffer; i counts through both. */
  each(buffer: number, body: string): string {
    const { quads, threads } = this.workgroup
    return `for (var i = tid; i < ${this.writer.columns(buffer)} * ${quads}u; i += ${threads}u) {
let column = i / ${quads}u;
let quad = i % ${quads}u;
${body}
}`
  }

  /** Four samples' entries of a buffer at `column` of `quad`, from the memory that holds it. */
  value(id: number): string {
    const { columns } = this.writer.buffer(id)
    if (this.#kept.has(id))
      return columns === 1 ? `M[m${id} + quad]` : `M[m${id} + column * ${this.workgroup.quads}u + quad]`
    return this.load(id)
  }

  load(id: number): string {
    const { batch } = this.writer.buffer(id)
    const entry = (row: string): string => this.writer.entry(id, this.writer.base(id), row, 'column')
    // Rows beyond the batch read the last one's: what comes of them is not stored.
    const four = [0, 1, 2, 3].map((j) => entry(`min(top + 4u * quad + ${j}u, rows - 1u)`))
    return batch ? `vec4<f32>(${four.join(', ')})` : `vec4<f32>(${entry('0u')})`
  }

  store(id: number, value: string): string {
    return [0, 1, 2, 3]
      .map(
        (j) =>
          `if (top + 4u * quad + ${j}u < rows) { ${this.writer.entry(id, this.writer.base(id), `(top + 4u * quad + ${j}u)`, 'column')} = ${value}.${'xyzw'[j] ?? 'x'}; }`,
      )
      .join('\n')
  }

  put(id: number, value: string): string {
    return this.#kept.has(id)
      ? `M[m${id} + column * ${this.workgroup.quads}u + quad] = ${value};`
      : `{ let put = ${value};\n${this.store(id, 'put')} }`
  }

  coefficient(coefficient: Coefficient): string {
    return this.writer.coefficient(coefficient, 't')
  }
}

/** A map of four samples. */
export function mappedFour(map: Parameters<typeof mapped>[0], value: string): string {
  return `vec4<f32>(${['x', 'y', 'z', 'w'].map((part) => mapped(map, `(${value}).${part}`)).join(', ')})`
}
