/**
 * The safetensors format: 8 bytes little-endian header length, a JSON header naming each tensor's type, shape and bytes,
 * then the bytes. Readable by every library of the field, and loading it runs no code.
 * Format: https://huggingface.co/docs/safetensors
 */
import { crc32 } from 'node:zlib'

type TensorData = Float32Array | Float64Array | Uint8Array | Int32Array

export interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: TensorData
}

interface TensorFile {
  readonly tensors: readonly Tensor[]
  readonly metadata: Readonly<Record<string, string>>
}

/** A file that is not what it says: which file, what was expected, what was found. */
export class SafetensorsProblem extends Error {
  override readonly name = 'SafetensorsProblem'
}

/** As the format's own reader has it. */
const LARGEST_HEADER = 100_000_000

const TYPES = {
  F32: { bytes: 4, make: (bytes: ArrayBuffer) => new Float32Array(bytes) },
  F64: { bytes: 8, make: (bytes: ArrayBuffer) => new Float64Array(bytes) },
  U8: { bytes: 1, make: (bytes: ArrayBuffer) => new Uint8Array(bytes) },
  I32: { bytes: 4, make: (bytes: ArrayBuffer) => new Int32Array(bytes) },
} as const
type TypeName = keyof typeof TYPES

function typeOf(data: TensorData): TypeName {
  if (data instanceof Float32Array) return 'F32'
  if (data instanceof Float64Array) return 'F64'
  return data instanceof Int32Array ? 'I32' : 'U8'
}

/** The name in the metadata of what the rest of the file sums up to. */
const CHECKSUM = 'crc32'

/** The file's bytes, in pieces to be written one after another. The machine must be little-endian, as all that Node runs on are. */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array[] {
  return [headOf(headerOf({ tensors, metadata })), ...tensors.map(bytesOf)]
}

/** The same with a checksum of header and tensors in the metadata, which reading compares: a disk may forget a bit. */
export function encodeChecked({ tensors, metadata }: TensorFile): Uint8Array[] {
  const bytes = tensors.map(bytesOf)
  const checksum = sumOf(headerOf({ tensors, metadata }), bytes)
  return [headOf(headerOf({ tensors, metadata: { ...metadata, [CHECKSUM]: checksum } })), ...bytes]
}

/** Of the header as it is without its checksum, and the tensors as they lie in the file. */
function sumOf(header: Record<string, unknown>, bodies: readonly Uint8Array[]): string {
  let sum = crc32(JSON.stringify(header))
  for (const body of bodies) sum = crc32(body, sum)
  return sum.toString(16).padStart(8, '0')
}

function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function headerOf({ tensors, metadata }: TensorFile): Record<string, unknown> {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const { name, shape, data } of tensors) {
    const entries = shape.reduce((product, size) => product * size, 1)
    if (entries !== data.length)
      throw new RangeError(
        `tensor ${name}: a shape of ${shape.join(' × ')} has ${entries} entries, found ${data.length}`,
      )
    header[name] = { dtype: typeOf(data), shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  return header
}

function headOf(header: Record<string, unknown>): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header))
  // Padded with spaces so that the tensors begin on an 8-byte boundary.
  const length = Math.ceil(text.length / 8) * 8
  const head = new Uint8Array(8 + length).fill(0x20)
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true)
  head.set(text, 8)
  return head
}

/** Reads a whole file; `source` names it in refusals. Memory stays within the file's size, whatever its header claims. */
export function decodeSafetensors(bytes: Uint8Array, source: string): TensorFile {
  const refuse = (expected: string, found: string): SafetensorsProblem =>
    new SafetensorsProblem(`${source}: expected ${expected}, found ${found}`)
  if (bytes.length < 8) throw refuse('a safetensors file', `only ${bytes.length} bytes`)
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0, true)
  if (length > BigInt(Math.min(LARGEST_HEADER, bytes.length - 8)))
    throw refuse(`a header within the file's ${bytes.length} bytes`, `a header said to be ${length} bytes long`)
  const body = bytes.subarray(8 + Number(length))
  const header = parseHeader(bytes.subarray(8, 8 + Number(length)), refuse)

  const metadata: Record<string, string> = {}
  const tensors: Tensor[] = []
  const spans: [number, number, string][] = []
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (!isRecord(value)) throw refuse('metadata of names and texts', typeof value)
      for (const [key, text] of Object.entries(value)) {
        if (key === '__proto__') throw refuse('names of metadata', '"__proto__"')
        if (typeof text !== 'string') throw refuse(`text for metadata "${key}"`, typeof text)
        metadata[key] = text
      }
      continue
    }
    const tensor = readTensor(name, value, body, refuse)
    tensors.push(tensor.tensor)
    spans.push([tensor.from, tensor.to, name])
  }
  // An empty tensor begins where the next one does.
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  let end = 0
  for (const [from, to, name] of spans) {
    if (from !== end) throw refuse(`tensor ${name} to begin at byte ${end}`, `byte ${from}`)
    end = to
  }
  if (end !== body.length) throw refuse(`${end} bytes of tensors`, `${body.length}`)
  // Files without one are as old as they are, or come from elsewhere.
  const said = Object.hasOwn(metadata, CHECKSUM) ? metadata[CHECKSUM] : undefined
  if (said === undefined) return { tensors, metadata }
  const rest = Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== CHECKSUM))
  const found = sumOf({ ...header, __metadata__: rest }, [body])
  if (found !== said) throw refuse(`what was written, with the checksum ${said}`, `${found}: a byte of it has changed`)
  return { tensors, metadata: rest }
}

type Refuse = (expected: string, found: string) => SafetensorsProblem

function parseHeader(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refuse('a header of JSON', 'something else')
  }
  if (!isRecord(header)) throw refuse('a header of names and tensors', Array.isArray(header) ? 'a list' : typeof header)
  if (Object.hasOwn(header, '__proto__')) throw refuse('names of tensors', '"__proto__"')
  return header
}

function readTensor(
  name: string,
  value: unknown,
  body: Uint8Array,
  refuse: Refuse,
): { tensor: Tensor; from: number; to: number } {
  if (!isRecord(value)) throw refuse(`type, shape and offsets of tensor ${name}`, typeof value)
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string' || !Object.hasOwn(TYPES, dtype))
    throw refuse(`tensor ${name} to be ${Object.keys(TYPES).join(', ')}`, shown(dtype))
  const type = TYPES[dtype as TypeName]
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isSize))
    throw refuse(`a shape for tensor ${name}`, shown(shape))
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw refuse(`two offsets for tensor ${name}`, shown(offsets))
  const [from, to] = offsets as [number, number]
  const bytes = shape.reduce((product: number, size: number) => product * size, type.bytes)
  if (to - from !== bytes) throw refuse(`${bytes} bytes for tensor ${name}`, `${to - from}`)
  if (to > body.length) throw refuse(`tensor ${name} within ${body.length} bytes of data`, `an end at ${to}`)
  // Copied, so that its own alignment holds wherever the header put it; a Buffer's own `slice` would not copy.
  const copy = Uint8Array.from(body.subarray(from, to))
  return { tensor: { name, shape, data: type.make(copy.buffer) }, from, to }
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
}
