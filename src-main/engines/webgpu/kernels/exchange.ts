/**
 * How the members of a team tell each other what they computed, in a buffer of the device that they alone use while the
 * dispatch runs. WebGPU orders nothing between workgroups: all it says is that an atomic word is read as it was once written.
 * So every word says itself when it was written. A number is two words, each half of its bits and, in the lower half, the tag
 * of the exchange; who waits for it reads both until both have the tag.
 *
 * There are two places for each number, taken in turn. A member writes to one again only after it has received what all others
 * computed from what stood there, so nobody is still reading it. Tags go on from dispatch to dispatch by a count at the
 * beginning of the team's part, and every place is written in every dispatch: a tag comes again only when it is long gone.
 */
import { groupsOf, type Repeat, type WorkgroupPlan } from '../workgroup.ts'
import type { Writer } from '../writer.ts'
import { writesOf } from '../../lowering/plan.ts'

/** Words at the beginning of the buffer: the first is not 0 once a member gave up. */
export const EXCHANGE_HEAD = 16
/** Words at the beginning of a team's part: the first counts its exchanges. */
const TEAM_HEAD = 16
/** Two for each of four samples. */
const WORDS = 8
/** Tags are 1 to 65,535: memory begins as 0. */
const TAGS = 65_535

/** One exchange of an iteration: where its words begin in a team's part. */
interface Point {
  readonly buffer: number
  readonly begin: number
}

export class Exchange {
  readonly #writer: Writer
  readonly #workgroup: WorkgroupPlan
  /** By instruction of the body. */
  readonly #points: readonly (readonly Point[])[]
  readonly #count: number
  /** The word at which the parts of its teams begin. */
  readonly #begin: number
  /** Words of a team. */
  readonly words: number

  constructor(writer: Writer, workgroup: WorkgroupPlan, { body }: Repeat, begin: number) {
    this.#writer = writer
    this.#workgroup = workgroup
    this.#begin = begin
    const { team, quads } = workgroup
    let at = TEAM_HEAD
    this.#points = body.map((instruction) =>
      writesOf(instruction)
        .filter((id) => team?.exchanged.has(id) === true)
        .map((buffer) => {
          const begin = at
          at += 2 * WORDS * writer.buffer(buffer).columns * quads
          return { buffer, begin }
        }),
    )
    this.#count = this.#points.flat().length
    this.words = this.#count === 0 ? 0 : at
  }

  /** Statements before the first iteration, where `group` counts the teams of a replica. */
  begin(): string {
    if (this.words === 0) return ''
    const groups = this.#writer.word((place) => groupsOf(place, this.#workgroup))
    return `let team = ${this.#word(this.#begin)} + (network * ${groups} + group) * ${this.#word(this.words)};
let before = atomicLoad(&X[team]);
var patience = ${this.#word(this.#workgroup.team?.patience ?? 0)};`
  }

  /** Statements before an instruction of the body, in the same scope as it. */
  open(index: number): string {
    return (this.#points[index] ?? [])
      .map(
        ({ buffer, begin }, place) => `let many${buffer} = ${this.#writer.columns(buffer)} * ${this.#quads}u;
let slot${buffer} = team + ${this.#word(begin)} + (t & 1u) * ${WORDS}u * many${buffer};
let tag${buffer} = 1u + (before + t * ${this.#count}u + ${this.#before(index) + place}u) % ${TAGS}u;`,
      )
      .join('\n')
  }

  /** Statements after it: when they end, all that the team computed is in the workgroup's memory. */
  close(index: number): string {
    const points = this.#points[index] ?? []
    return points.map(({ buffer }) => `workgroupBarrier();\n${this.#receive(buffer)}`).join('\n')
  }

  /** Statements after the last iteration. */
  end(count: string): string {
    return this.words === 0
      ? ''
      : `if (member == 0u && tid == 0u) { atomicStore(&X[team], (before + ${count} * ${this.#count}u) % ${TAGS}u); }`
  }

  #receive(id: number): string {
    const { threads } = this.#workgroup
    const words = Array.from({ length: WORDS }, (_, n) => n)
    const four = [0, 1, 2, 3].map((j) => `(w${2 * j} & 0xffff0000u) | (w${2 * j + 1} >> 16u)`)
    return `for (var waiting = true; waiting;) {
waiting = false;
for (var i = tid; i < many${id}; i += ${threads}u) {
${words.map((n) => `let w${n} = atomicLoad(&X[slot${id} + ${n}u * many${id} + i]);`).join('\n')}
if (((${words.map((n) => `(w${n} ^ tag${id})`).join(' | ')}) & 0xffffu) == 0u) {
M[m${id} + i] = bitcast<vec4<f32>>(vec4<u32>(${four.join(', ')}));
} else { waiting = true; }
}
if (waiting) {
patience -= min(patience, 1u);
if (patience == 0u || (patience % 256u == 0u && atomicLoad(&X[0]) != 0u)) {
atomicStore(&X[0], 1u);
patience = 0u;
waiting = false;
}
}
}`
  }

  /** Exchanges of an iteration before those of an instruction. */
  #before(index: number): number {
    return this.#points.slice(0, index).flat().length
  }

  get #quads(): number {
    return this.#workgroup.quads
  }

  #word(value: number): string {
    return this.#writer.word(() => value)
  }
}

/** A value of four samples at `column` of `quad`, for all members to receive. */
export function sent(id: number, value: string, quads: number): string {
  const stores = ['x', 'y', 'z', 'w'].map(
    (part, j) => `atomicStore(&X[at + ${2 * j}u * many${id}], (bits.${part} & 0xffff0000u) | tag${id});
atomicStore(&X[at + ${2 * j + 1}u * many${id}], (bits.${part} << 16u) | tag${id});`,
  )
  return `{ let bits = bitcast<vec4<u32>>(${value});
let at = slot${id} + column * ${quads}u + quad;
${stores.join('\n')} }`
}
