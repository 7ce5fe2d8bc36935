/** The instructions of a repeat for the samples of one workgroup, whose states stand in its memory four by four. */
import { readsOf, writesOf, type Coefficient, type Instruction } from '../../lowering/plan.ts'
import { mapped } from '../maps.ts'
import { memoryFor, type Division, type Repeat } from '../division.ts'
import type { Writer } from '../writer.ts'
import { stripText } from './chain.ts'

type Of<Kind extends Instruction['kind']> = Extract<Instruction, { kind: Kind }>

/** Weights that a thread reads before it uses the first: as many are on their way at once. */
const LOADS_AT_ONCE = 32

export class Body {
  readonly #writer: Writer
  readonly #division: Division
  readonly #kept: ReadonlySet<number>
  readonly #columns: number
  /** Own entries that stay in the device's memory are handed on there, from thread to thread. */
  readonly #barrier = 'storageBarrier();\nworkgroupBarrier();'

  constructor(writer: Writer, division: Division) {
    this.#writer = writer
    this.#division = division
    this.#kept = new Set(division.kept)
    this.#columns = division.kept.reduce((sum, id) => sum + writer.buffer(id).columns, 0)
  }

  /** The workgroup's memory. */
  get memory(): string {
    return `var<workgroup> M: array<vec4<f32>, ${memoryFor(this.#columns * this.#division.quads)}>;`
  }

  text({ count, body, exchanged }: Repeat, readOutside: ReadonlySet<number>): string {
    const { quads, kept } = this.#division
    const moved = new Set(exchanged.flatMap(({ a, b }) => [a, b]))
    let at = 0
    const offsets = kept.map((id) => {
      const offset = at
      at += this.#writer.buffer(id).columns * quads
      return `${moved.has(id) ? 'var' : 'let'} m${id} = ${this.#writer.word(() => offset)};`
    })
    const entering = kept.filter((id) => readBeforeWritten(id, body))
    const written = new Set([...body.flatMap(writesOf), ...moved])
    const leaving = kept.filter((id) => readOutside.has(id) && written.has(id))
    const swaps = exchanged.map(({ a, b }) => `{ let kept = m${a}; m${a} = m${b}; m${b} = kept; }`)
    return `let top = g * ${4 * quads}u;
let rows = ${this.#writer.word(({ batch }) => batch)};
${offsets.join('\n')}
${entering.map((id) => this.#each(id, `M[m${id} + i] = ${this.#load(id)};`)).join('\n')}
${this.#barrier}
for (var t = 0u; t < ${this.#writer.word(() => count)}; t++) {
${body.map((instruction) => `{\n${this.#instruction(instruction)}\n}\n${this.#barrier}`).join('\n')}
${swaps.join('\n')}
}
${leaving.map((id) => this.#each(id, `let four = M[m${id} + i];\n${this.#store(id, 'four')}`)).join('\n')}`
  }

  #instruction(instruction: Instruction): string {
    switch (instruction.kind) {
      case 'affine':
        return this.#affine(instruction)
      case 'chain':
        return this.#chain(instruction)
      case 'softmax':
        return this.#softmax(instruction)
      case 'reduce':
        return this.#reduce(instruction)
      case 'copy':
        return this.#each(instruction.to, this.#put(instruction.to, this.#value(instruction.from)))
      case 'fill':
        return this.#each(
          instruction.to,
          this.#put(instruction.to, `vec4<f32>(${this.#writer.number(() => instruction.number)})`),
        )
      case 'measure':
        return this.#measure(instruction)
      default:
        throw new Error(`a ${instruction.kind} is not computed sample by sample`)
    }
  }

  /** `body` for each `column` and `quad` of a buffer; i counts through both. */
  #each(buffer: number, body: string): string {
    const { quads, threads } = this.#division
    return `for (var i = tid; i < ${this.#writer.columns(buffer)} * ${quads}u; i += ${threads}u) {
let column = i / ${quads}u;
let quad = i % ${quads}u;
${body}
}`
  }

  /** Four samples' entries of a buffer at `column` of `quad`, from wherever it lies. */
  #value(id: number): string {
    const { columns } = this.#writer.buffer(id)
    if (this.#kept.has(id))
      return columns === 1 ? `M[m${id} + quad]` : `M[m${id} + column * ${this.#division.quads}u + quad]`
    return this.#load(id)
  }

  #load(id: number): string {
    const { batch } = this.#writer.buffer(id)
    const entry = (row: string): string => this.#writer.entry(id, this.#writer.base(id), row, 'column')
    // Rows beyond the batch read the last one's: what comes of them is not stored.
    const four = [0, 1, 2, 3].map((j) => entry(`min(top + 4u * quad + ${j}u, rows - 1u)`))
    return batch ? `vec4<f32>(${four.join(', ')})` : `vec4<f32>(${entry('0u')})`
  }

  #store(id: number, value: string): string {
    return [0, 1, 2, 3]
      .map(
        (j) =>
          `if (top + 4u * quad + ${j}u < rows) { ${this.#writer.entry(id, this.#writer.base(id), `(top + 4u * quad + ${j}u)`, 'column')} = ${value}.${'xyzw'[j] ?? 'x'}; }`,
      )
      .join('\n')
  }

  #put(id: number, value: string): string {
    return this.#kept.has(id)
      ? `M[m${id} + column * ${this.#division.quads}u + quad] = ${value};`
      : `{ let put = ${value};\n${this.#store(id, 'put')} }`
  }

  #coefficient(coefficient: Coefficient): string {
    return this.#writer.coefficient(coefficient, 't')
  }

  /**
   * A thread computes a few columns for all samples of the workgroup, so that a state read from the workgroup's memory
   * is used for several weights: what comes back from that memory would be the limit otherwise, not arithmetic. Threads
   * with the same columns divide the inner dimension and add up at the end, in an order that does not depend on how many
   * samples the workgroup has.
   */
  #affine({ products, streams, constant, raw, mapped: image, map }: Of<'affine'>): string {
    const { quads, threads, partials } = this.#division
    const target = raw >= 0 ? raw : image
    const wide = this.#writer.buffer(target).columns
    // Columns that one read fetches, and those of a thread.
    const lot = wide % 4 === 0 && wide > 64 && products.every(({ right }) => this.#writer.space(right) === 'W') ? 4 : 1
    const lots = lot === 4 ? 1 : wide > 256 ? 4 : wide > 128 ? 2 : 1
    const own = lot * lots
    const across = [16, 32, 64, 128, 256, 512].find((width) => wide <= own * width && width < threads) ?? threads
    const slices = threads / across
    const columns = this.#writer.columns(target)
    const beside = lot === 4 ? this.#writer.word(() => wide / 4) : columns
    const sums = products
      // The longest adds up into the totals themselves, before there is anything else in them.
      .toSorted((one, other) => this.#writer.buffer(other.left).columns - this.#writer.buffer(one.left).columns)
      .map(({ coefficient, left, right }, position) => {
        const inner = this.#writer.columns(left)
        const rounds = Math.ceil(this.#writer.buffer(left).columns / slices)
        const ahead = [1, 2, 4].find((count) => count >= Math.min(rounds, LOADS_AT_ONCE / own)) ?? 8
        const weight = (k: string, g: number): string =>
          lot === 4 ? `W[b + (${k}) * ${beside} + at${g}]` : this.#writer.at(right, `b + (${k}) * ${columns} + at${g}`)
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
let factor = ${this.#coefficient(coefficient)};
let b = ${lot === 4 ? `(${this.#writer.base(right)}) / 4u` : this.#writer.base(right)};
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
      ...streams.map(({ coefficient, from }) => `total += ${this.#coefficient(coefficient)} * ${this.#value(from)};`),
      ...(constant.length > 0 ? [`total += ${this.#coefficient(constant)};`] : []),
      ...(raw >= 0 ? [this.#put(raw, 'total')] : []),
      ...(image >= 0 ? [this.#put(image, map === 'none' ? 'total' : mappedFour(map, 'total'))] : []),
    ].join('\n')
    // A sum of one column and four samples is added up and finished by one slice of the threads, as many at a time as
    // there are slices and room.
    const passes = Array.from({ length: own * quads }, (_, pass) => `t${Math.floor(pass / quads)}_${pass % quads}`)
    const atOnce = Math.min(slices, passes.length, partials)
    const round = (from: number): string => {
      const count = Math.min(atOnce, passes.length - from)
      const added =
        slices === 1
          ? `total = ${passes[from] ?? ''};`
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
if (slice < ${count}u && column < ${columns}) {
${tail}
}
}`
    }
    return `let slice = tid / ${across}u;
let lane = tid % ${across}u;
for (var beginning = 0u; beginning < ${beside}; beginning += ${lots * across}u) {
${each(lots, (g) => `let at${g} = min(beginning + lane + ${g * across}u, ${beside} - 1u);`)}
${each(own, (c) => each(quads, (q) => `var t${c}_${q} = vec4<f32>();`))}
${sums.join('\n')}
${each(Math.ceil(passes.length / atOnce), (n) => round(n * atOnce))}
}`
  }

  #chain({ operations }: Of<'chain'>): string {
    const target = operations.find((one) => one.kind === 'store')?.buffer ?? -1
    const lines = operations.map((operation) => {
      switch (operation.kind) {
        case 'load':
          return `let r${operation.to} = ${this.#value(operation.buffer)};`
        case 'store':
          return this.#put(operation.buffer, `r${operation.from}`)
        case 'outer':
          throw new Error('an outer product joins samples')
        case 'map':
          return `let r${operation.to} = ${mappedFour(operation.map, `r${operation.from}`)};`
        default:
          return `let r${operation.to} = vec4<f32>(${stripText(operation, this.#writer, 't')});`
      }
    })
    return this.#each(target, lines.join('\n'))
  }

  /** One thread for four samples: outputs are few. */
  #softmax({ from, to }: Of<'softmax'>): string {
    const columns = this.#writer.columns(from)
    const loop = (body: string): string => `for (var column = 0u; column < ${columns}; column++) { ${body} }`
    const read = this.#value(from)
    return `if (tid < ${this.#division.quads}u) {
let quad = tid;
var most = vec4<f32>(-3.4e38f);
${loop(`most = max(most, ${read});`)}
var sum = vec4<f32>();
${loop(`sum += ${mappedFour('exp', `${read} - most`)};`)}
${loop(this.#put(to, `${mappedFour('exp', `${read} - most`)} / sum`))}
}`
  }

  #reduce({ from, to, mean }: Of<'reduce'>): string {
    const { quads, threads } = this.#division
    const { columns } = this.#writer.buffer(from)
    const factor = this.#writer.number(() => (mean ? 1 / columns : 1))
    return Array.from(
      { length: quads },
      (_, q) => `{
let quad = ${q}u;
var own = vec4<f32>();
for (var column = tid; column < ${this.#writer.columns(from)}; column += ${threads}u) { own += ${this.#value(from)}; }
partial[tid] = own;
for (var half = ${threads / 2}u; half > 0u; half /= 2u) {
workgroupBarrier();
if (tid < half) { partial[tid] += partial[tid + half]; }
}
workgroupBarrier();
if (tid == 0u) { let column = 0u; ${this.#put(to, `${factor} * partial[0]`)} }
workgroupBarrier();
}`,
    ).join('\n')
  }

  #measure({ measurement, from }: Of<'measure'>): string {
    const offset = this.#writer.word(({ measured }) => measured[measurement]?.offset ?? 0)
    const entries = this.#writer.word(({ measured }) => measured[measurement]?.entries ?? 0)
    const columns = this.#writer.columns(from)
    const rows = [0, 1, 2, 3].map(
      (j) =>
        `if (top + 4u * quad + ${j}u < rows) { V[baseV + ${offset} + t * ${entries} + (top + 4u * quad + ${j}u) * ${columns} + column] = four.${'xyzw'[j] ?? 'x'}; }`,
    )
    return this.#each(from, `let four = ${this.#value(from)};\n${rows.join('\n')}`)
  }
}

function mappedFour(map: Parameters<typeof mapped>[0], value: string): string {
  return `vec4<f32>(${['x', 'y', 'z', 'w'].map((part) => mapped(map, `(${value}).${part}`)).join(', ')})`
}

function each(count: number, text: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => text(n)).join('\n')
}

/** Whether what the buffer held before an iteration is read in it before it is written anew. */
function readBeforeWritten(id: number, body: readonly Instruction[]): boolean {
  const first = body.find((one) => readsOf(one).includes(id) || writesOf(one).includes(id))
  return first === undefined || readsOf(first).includes(id)
}
