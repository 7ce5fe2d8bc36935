/**
 * How the kernels of a settling workgroup read and write states: four samples at a time (a quad), in the workgroup's memory
 * or, for the buffers that do not fit there, in the device's.
 */
import type { Coefficient } from '../../lowering/plan.ts'
import { isWide, spanOf } from '../team.ts'
import { roundedQuads, type WorkgroupPlan } from '../workgroup.ts'
import { mapped } from '../maps.ts'
import type { Writer } from '../writer.ts'
import { sent } from './exchange.ts'

export class States {
  readonly writer: Writer
  readonly workgroup: WorkgroupPlan

  constructor(writer: Writer, workgroup: WorkgroupPlan) {
    this.writer = writer
    this.workgroup = workgroup
  }

  /** The workgroup's memory. */
  get memory(): string {
    return `var<workgroup> M: array<vec4<f32>, ${roundedQuads(this.workgroup.columns * this.workgroup.quads)}>;`
  }

  /** Whether the members of a team compute a share of its columns each. */
  isDivided(buffer: number): boolean {
    return this.workgroup.team !== null && isWide(this.writer.buffer(buffer))
  }

  /** Columns that this workgroup computes: from the first up to, and without, the second. */
  share(buffer: number): readonly [string, string] {
    const { team } = this.workgroup
    const columns = this.writer.columns(buffer)
    if (team === null || !this.isDivided(buffer)) return ['0u', columns]
    const span = this.writer.word(() => spanOf(this.writer.buffer(buffer).columns, team.members))
    return [`min(member * ${span}, ${columns})`, `min((member + 1u) * ${span}, ${columns})`]
  }

  /** `body` for each `quad` and each `column` that this workgroup computes of a buffer; i counts through both. */
  each(buffer: number, body: string): string {
    return this.#over(this.share(buffer), body)
  }

  /** As `each`, for every column that the workgroup keeps. */
  eachKept(buffer: number, body: string): string {
    const { areas } = this.workgroup
    return this.#over(areas.get(buffer)?.own === true ? this.share(buffer) : ['0u', this.writer.columns(buffer)], body)
  }

  #over([from, to]: readonly [string, string], body: string): string {
    const { quads, threads } = this.workgroup
    return `for (var i = ${from} * ${quads}u + tid; i < ${to} * ${quads}u; i += ${threads}u) {
let column = i / ${quads}u;
let quad = i % ${quads}u;
${body}
}`
  }

  /** The place in the workgroup's memory of a buffer that it keeps. */
  at(id: number): string {
    const { quads, areas } = this.workgroup
    if (this.writer.buffer(id).columns === 1) return `M[m${id} + quad]`
    const first = areas.get(id)?.own === true ? ` - ${this.share(id)[0]}` : ''
    return `M[m${id} + (column${first}) * ${quads}u + quad]`
  }

  /** Four samples' entries of a buffer at `column` of `quad`, from the memory that holds it. */
  value(id: number): string {
    return this.workgroup.areas.has(id) ? this.at(id) : this.load(id)
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
    if (this.workgroup.team?.exchanged.has(id) === true) return sent(id, value, this.workgroup.quads)
    return this.workgroup.areas.has(id)
      ? `${this.at(id)} = ${value};`
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
