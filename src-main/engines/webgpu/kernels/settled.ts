/** The instructions of a repeat for the samples of one workgroup, whose states stand in its memory four by four. */
import { readsOf, writesOf, type Coefficient, type Instruction } from '../../lowering/plan.ts'
import { mapped } from '../maps.ts'
import { memoryFor, type Division, type Repeat } from '../division.ts'
import type { Writer } from '../writer.ts'
import { stripText } from './chain.ts'

type Of<Kind extends Instruction['kind']> = Extract<Instruction, { kind: Kind }>

/** Iterations of an inner loop written out, so that as many weights are on their way at once. */
const AT_ONCE = 4

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

  #affine({ products, streams, constant, raw, mapped: image, map }: Of<'affine'>): string {
    const { quads, threads } = this.#division
    const target = raw >= 0 ? raw : image
    const wide = this.#writer.buffer(target).columns
    const across = [16, 32, 64, 128, 256, 512].find((width) => wide <= width && width < threads) ?? threads
    const slices = threads / across
    const columns = this.#writer.columns(target)
    const quad = (text: (q: number) => string): string => Array.from({ length: quads }, (_, q) => text(q)).join('\n')
    const factors = products.map(({ coefficient }, n) => `let factor${n} = ${this.#coefficient(coefficient)};`)
    const sums = products.map(({ left, right }, n) => {
      const inner = this.#writer.columns(left)
      const weight = (k: string): string => `${this.#writer.space(right)}[b + (${k}) * ${columns}]`
      const add = (w: string, k: string): string =>
        quad((q) => `s${q} += ${w} * M[m${left} + (${k}) * ${quads}u + ${q}u];`)
      const ahead = Array.from({ length: AT_ONCE }, (_, n) => (n === 0 ? 'k' : `k + ${n * slices}u`))
      return `{
let b = ${this.#writer.base(right)} + at;
${quad((q) => `var s${q} = vec4<f32>();`)}
var k = slice;
for (; k + ${(AT_ONCE - 1) * slices}u < ${inner}; k += ${AT_ONCE * slices}u) {
${ahead.map((k, n) => `let w${n} = ${weight(k)};`).join('\n')}
${ahead.map((k, n) => add(`w${n}`, k)).join('\n')}
}
for (; k < ${inner}; k += ${slices}u) {
let w = ${weight('k')};
${add('w', 'k')}
}
${quad((q) => `t${q} += factor${n} * s${q};`)}
}`
    })
    const coefficients = streams.map(({ coefficient }, n) => `let c${n} = ${this.#coefficient(coefficient)};`)
    const tail = [
      ...streams.map(({ from }, n) => `total += c${n} * ${this.#value(from)};`),
      ...(constant.length > 0 ? [`total += ${this.#coefficient(constant)};`] : []),
      ...(raw >= 0 ? [this.#put(raw, 'total')] : []),
      ...(image >= 0 ? [this.#put(image, map === 'none' ? 'total' : mappedFour(map, 'total'))] : []),
    ].join('\n')
    const reduced =
      slices === 1
        ? quad(
            (q) => `if (column < ${columns}) {
let quad = ${q}u;
var total = t${q};
${tail}
}`,
          )
        : `var total = vec4<f32>();
let quad = slice;
${quad(
  (q) => `partial[tid] = t${q};
workgroupBarrier();
if (slice == ${q}u) { for (var j = 0u; j < ${slices}u; j++) { total += partial[j * ${across}u + tid % ${across}u]; } }
workgroupBarrier();`,
)}
if (slice < ${quads}u && column < ${columns}) {
${tail}
}`
    return `let slice = tid / ${across}u;
${factors.join('\n')}
${coefficients.join('\n')}
for (var beginning = 0u; beginning < ${columns}; beginning += ${across}u) {
let column = beginning + tid % ${across}u;
let at = min(column, ${columns} - 1u);
${quad((q) => `var t${q} = vec4<f32>();`)}
${sums.join('\n')}
${reduced}
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

/** Whether what the buffer held before an iteration is read in it before it is written anew. */
function readBeforeWritten(id: number, body: readonly Instruction[]): boolean {
  const first = body.find((one) => readsOf(one).includes(id) || writesOf(one).includes(id))
  return first === undefined || readsOf(first).includes(id)
}
