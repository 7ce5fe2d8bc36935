/** The instructions of a repeat for the samples of one workgroup, whose states are in its memory, four samples at a time. */
import { readsOf, writesOf, type Instruction } from '../../lowering/plan.ts'
import type { Repeat } from '../workgroup.ts'
import { stripText } from './chain.ts'
import type { Exchange } from './exchange.ts'
import { settledAffine } from './settled-affine.ts'
import { mappedFour, type States } from './states.ts'

type Of<Kind extends Instruction['kind']> = Extract<Instruction, { kind: Kind }>

export class Body {
  readonly #states: States
  readonly #exchange: Exchange
  /** Entries that stay in the device's memory are passed between threads there, hence the storage barrier. */
  readonly #barrier = 'storageBarrier();\nworkgroupBarrier();'

  constructor(states: States, exchange: Exchange) {
    this.#states = states
    this.#exchange = exchange
  }

  text({ count, body, swaps }: Repeat, readOutside: ReadonlySet<number>): string {
    const { writer, workgroup } = this.#states
    const { quads, areas, team } = workgroup
    const members = team?.members ?? 1
    const pairs = swaps.filter(({ b }) => team?.inPlace.has(b) !== true)
    const moved = new Set(pairs.flatMap(({ a, b }) => [a, b]))
    const kept = [...areas.keys()]
    const offsets = [...areas].map(
      ([id, { at }]) => `${moved.has(id) ? 'var' : 'let'} m${id} = ${writer.word(() => at * quads)};`,
    )
    const entering = kept.filter((id) => readBeforeWritten(id, body))
    const written = new Set([...body.flatMap(writesOf), ...swaps.flatMap(({ a, b }) => [a, b])])
    const leaving = kept.filter((id) => readOutside.has(id) && written.has(id))
    const swapped = pairs.map(({ a, b }) => `{ let kept = m${a}; m${a} = m${b}; m${b} = kept; }`)
    const iterations = writer.word(() => count)
    return `let group = g / ${members}u;
let member = g % ${members}u;
let top = group * ${4 * quads}u;
let rows = ${writer.word(({ batch }) => batch)};
${offsets.join('\n')}
${this.#exchange.begin()}
${entering.map((id) => this.#states.eachKept(id, `${this.#states.at(id)} = ${this.#states.load(id)};`)).join('\n')}
${this.#barrier}
for (var t = 0u; t < ${iterations}; t++) {
${body.map((instruction, index) => `{\n${this.#exchange.open(index)}\n${this.#instruction(instruction)}\n${this.#exchange.close(index)}\n}\n${this.#barrier}`).join('\n')}
${swapped.join('\n')}
}
${this.#exchange.end(iterations)}
${leaving.map((id) => this.#byOne(id, this.#states.each(id, `let four = ${this.#states.at(id)};\n${this.#states.store(id, 'four')}`))).join('\n')}`
  }

  /** What all members of a team computed alike is stored by one of them. */
  #byOne(id: number, text: string): string {
    const { team } = this.#states.workgroup
    return team === null || this.#states.isDivided(id) ? text : `if (member == 0u) {\n${text}\n}`
  }

  #instruction(instruction: Instruction): string {
    switch (instruction.kind) {
      case 'affine':
        return settledAffine(this.#states, instruction)
      case 'chain':
        return this.#chain(instruction)
      case 'softmax':
        return this.#softmax(instruction)
      case 'reduce':
        return this.#reduce(instruction)
      case 'copy':
        return this.#states.each(instruction.to, this.#states.put(instruction.to, this.#states.value(instruction.from)))
      case 'fill':
        return this.#states.each(
          instruction.to,
          this.#states.put(instruction.to, `vec4<f32>(${this.#states.writer.number(() => instruction.number)})`),
        )
      case 'measure':
        return this.#measure(instruction)
      default:
        throw new Error(`a ${instruction.kind} is not computed sample by sample`)
    }
  }

  #chain({ operations }: Of<'chain'>): string {
    const target = operations.find((one) => one.kind === 'store')?.buffer ?? -1
    const lines = operations.map((operation) => {
      switch (operation.kind) {
        case 'load':
          return `let r${operation.to} = ${this.#states.value(operation.buffer)};`
        case 'store':
          return this.#states.put(operation.buffer, `r${operation.from}`)
        case 'outer':
          throw new Error('an outer product joins samples')
        case 'map':
          return `let r${operation.to} = ${mappedFour(operation.map, `r${operation.from}`)};`
        default:
          return `let r${operation.to} = vec4<f32>(${stripText(operation, this.#states.writer, 't')});`
      }
    })
    return this.#states.each(target, lines.join('\n'))
  }

  /** One thread for four samples: outputs are few. */
  #softmax({ from, to }: Of<'softmax'>): string {
    const columns = this.#states.writer.columns(from)
    const loop = (body: string): string => `for (var column = 0u; column < ${columns}; column++) { ${body} }`
    const read = this.#states.value(from)
    return `if (tid < ${this.#states.workgroup.quads}u) {
let quad = tid;
var most = vec4<f32>(-3.4e38f);
${loop(`most = max(most, ${read});`)}
var sum = vec4<f32>();
${loop(`sum += ${mappedFour('exp', `${read} - most`)};`)}
${loop(this.#states.put(to, `${mappedFour('exp', `${read} - most`)} / sum`))}
}`
  }

  #reduce({ from, to, mean }: Of<'reduce'>): string {
    const { quads, threads } = this.#states.workgroup
    const { columns } = this.#states.writer.buffer(from)
    const factor = this.#states.writer.number(() => (mean ? 1 / columns : 1))
    return Array.from(
      { length: quads },
      (_, q) => `{
let quad = ${q}u;
var own = vec4<f32>();
for (var column = tid; column < ${this.#states.writer.columns(from)}; column += ${threads}u) { own += ${this.#states.value(from)}; }
partial[tid] = own;
for (var half = ${threads / 2}u; half > 0u; half /= 2u) {
workgroupBarrier();
if (tid < half) { partial[tid] += partial[tid + half]; }
}
workgroupBarrier();
if (tid == 0u) { let column = 0u; ${this.#states.put(to, `${factor} * partial[0]`)} }
workgroupBarrier();
}`,
    ).join('\n')
  }

  #measure({ measurement, from }: Of<'measure'>): string {
    const offset = this.#states.writer.word(({ measured }) => measured[measurement]?.offset ?? 0)
    const entries = this.#states.writer.word(({ measured }) => measured[measurement]?.entries ?? 0)
    const columns = this.#states.writer.columns(from)
    const rows = [0, 1, 2, 3].map(
      (j) =>
        `if (top + 4u * quad + ${j}u < rows) { V[baseV + ${offset} + t * ${entries} + (top + 4u * quad + ${j}u) * ${columns} + column] = four.${'xyzw'[j] ?? 'x'}; }`,
    )
    return this.#byOne(from, this.#states.each(from, `let four = ${this.#states.value(from)};\n${rows.join('\n')}`))
  }
}

/** Whether what the buffer held before an iteration is read in it before it is written anew. */
function readBeforeWritten(id: number, body: readonly Instruction[]): boolean {
  const first = body.find((one) => readsOf(one).includes(id) || writesOf(one).includes(id))
  return first === undefined || readsOf(first).includes(id)
}
