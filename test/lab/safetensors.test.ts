/** The file format both ways, against every lie that a header can tell, and against the format's own Python reader. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  decodeSafetensors,
  encodeChecked,
  encodeSafetensors,
  SafetensorsProblem,
  type Tensor,
} from '../../src-main/lab/storage/safetensors.ts'
import { pythonWith } from './python.ts'
import { scratchFolder } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

const whole = (tensors: readonly Tensor[], metadata: Record<string, string> = {}) =>
  Buffer.concat(encodeSafetensors({ tensors, metadata }))

/** A file with this header, said to be as long as it is unless told otherwise. */
function file(header: unknown, body = 0, said?: bigint): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(said ?? BigInt(text.length))
  return Buffer.concat([length, text, Buffer.alloc(body)])
}

const name = fc
  .string({ minLength: 1, maxLength: 20 })
  .filter((text) => text !== '__metadata__' && text !== '__proto__')
const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 })
const tensor = fc
  .tuple(
    name,
    shape,
    fc.constantFrom(Float32Array, Float64Array, Uint8Array, Int32Array),
    fc.infiniteStream(fc.double()),
  )
  .map(([called, sizes, Kind, numbers]): Tensor => ({
    name: called,
    shape: sizes,
    data: Kind.from(numbers.take(sizes.reduce((product, size) => product * size, 1))),
  }))
const tensors = fc.uniqueArray(tensor, { maxLength: 5, selector: (one) => one.name })
const metadata = fc.dictionary(name, fc.string(), { noNullPrototype: true })

describe('safetensors', () => {
  it('reads back what was written, to the bit, NaN and signed zero included', () => {
    fc.assert(
      fc.property(tensors, metadata, (written, about) => {
        const read = decodeSafetensors(whole(written, about), 'file')
        expect(read.metadata).toEqual(about)
        const byName = new Map(read.tensors.map((one) => [one.name, one]))
        expect(byName.size).toBe(written.length)
        for (const one of written) {
          const found = byName.get(one.name)
          expect(found?.shape).toEqual(one.shape)
          expect(found?.data.constructor).toBe(one.data.constructor)
          expect(bytesOf(found)).toEqual(bytesOf(one))
        }
      }),
    )
  })

  it('begins the tensors on a multiple of eight, as readers that map the file want it', () => {
    const bytes = whole([{ name: 'W', shape: [3], data: new Float32Array(3) }])
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0)
  })

  it('meets any change of any byte with the same content, other content, or a sentence naming the file; never anything else', () => {
    const bytes = whole(
      [
        { name: 'W', shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) },
        { name: 'b', shape: [2], data: new Uint8Array(2) },
      ],
      { seed: '0' },
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(bytes.length),
        (changes, end) => {
          const changed = Buffer.from(bytes)
          for (const [at, value] of changes) changed[at] = value
          for (const one of [changed, changed.subarray(0, end)]) {
            try {
              for (const { shape: sizes, data } of decodeSafetensors(one, 'weights.file').tensors) {
                expect(sizes.reduce((product, size) => product * size, 1)).toBe(data.length)
                expect(data.byteLength).toBeLessThanOrEqual(one.length)
              }
            } catch (error) {
              expect(error).toBeInstanceOf(SafetensorsProblem)
              expect((error as Error).message).toMatch(/^weights\.file: expected .+, found .+/s)
            }
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('with a checksum reads back as written, and tells every changed byte of the tensors', () => {
    fc.assert(
      fc.property(tensors, metadata, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, about, place, flip) => {
        const pieces = encodeChecked({ tensors: written, metadata: about })
        const bytes = Buffer.concat(pieces)
        expect(decodeSafetensors(bytes, 'file')).toEqual(decodeSafetensors(whole(written, about), 'file'))
        const head = pieces[0]?.length ?? 0
        if (bytes.length === head) return
        const at = head + (place % (bytes.length - head))
        bytes[at] = (bytes[at] ?? 0) ^ flip
        expect(() => decodeSafetensors(bytes, 'w.file')).toThrow(/^w\.file: expected .*checksum.*byte .* changed/)
      }),
    )
  })

  it('with a checksum tells a changed word of the metadata', () => {
    const bytes = Buffer.concat(encodeChecked({ tensors: [], metadata: { epoch: '12' } }))
    expect(() => decodeSafetensors(Buffer.from(bytes.toString('latin1').replace('12', '13'), 'latin1'), 'f')).toThrow(
      SafetensorsProblem,
    )
  })

  const W = { dtype: 'F32', shape: [2], data_offsets: [0, 8] }
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /only 0 bytes/],
    ['a header longer than the file', file('{}', 0, 1000n), /header.*1000 bytes/],
    ['a header of 2^63 bytes', file('{}', 0, 2n ** 63n), /9223372036854775808/],
    ['a header that is no JSON', file('{"W":'), /JSON/],
    ['a header that is no UTF-8', Buffer.concat([file('', 0, 2n), Buffer.from([0xff, 0xfe])]), /JSON/],
    ['a header that is a list', file([]), /a list/],
    ['endless nesting', file('['.repeat(200_000)), /header/],
    ['an unknown type', file({ W: { ...W, dtype: 'BF16' } }, 8), /W to be F32.*BF16/],
    ['a type named like a method', file({ W: { ...W, dtype: 'toString' } }, 8), /toString/],
    ['a shape with a fraction', file({ W: { ...W, shape: [0.5] } }, 8), /shape/],
    ['a negative shape', file({ W: { ...W, shape: [-2] } }, 8), /shape/],
    ['a shape whose product overflows', file({ W: { ...W, shape: [2 ** 40, 2 ** 40] } }, 8), /bytes for tensor W/],
    ['offsets backwards', file({ W: { ...W, data_offsets: [8, 0] } }, 8), /bytes for tensor W/],
    ['offsets beyond the end', file({ W: { ...W, shape: [4], data_offsets: [0, 16] } }, 8), /within 8 bytes/],
    ['overlapping tensors', file({ W, V: { ...W, data_offsets: [4, 12] } }, 12), /begin at byte 8/],
    ['a hole between tensors', file({ W, V: { ...W, data_offsets: [12, 20] } }, 20), /begin at byte 8/],
    ['bytes that belong to nobody', file({ W }, 12), /8 bytes of tensors.*12/],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), /text for metadata "a"/],
    ['a way into the prototype', file('{"__proto__": {"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), /__proto__/],
    ['another way into the prototype', file('{"__metadata__": {"__proto__": "x"}}'), /__proto__/],
  ])('refuses %s', (_, bytes, words) => {
    expect(() => decodeSafetensors(bytes, 'some.file')).toThrow(words)
    expect(() => decodeSafetensors(bytes, 'some.file')).toThrow(SafetensorsProblem)
  })

  const python = pythonWith('safetensors', 'numpy')
  it.skipIf(python === null)(
    `is read by the format's own reader in Python, and reads what that writes${python === null ? ' (skipped: this machine has no Python with safetensors and numpy)' : ''}`,
    () => {
      const ours = scratch.inside('ours.safetensors')
      const theirs = scratch.inside('theirs.safetensors')
      const values = Float32Array.from([1.5, -2.25, 3e-30, Infinity, 0, -0])
      writeFileSync(
        ours,
        whole(
          [
            { name: 'W1', shape: [2, 3], data: values },
            { name: 'n', shape: [2], data: Float64Array.from([0.1, 1 / 3]) },
          ],
          { seed: '7' },
        ),
      )
      const script = `
import sys, numpy
from safetensors import safe_open
from safetensors.numpy import save_file
with safe_open(sys.argv[1], "np") as f:
    assert f.metadata() == {"seed": "7"}, f.metadata()
    tensors = {name: f.get_tensor(name) for name in f.keys()}
assert tensors["W1"].shape == (2, 3) and tensors["W1"].dtype == numpy.float32
assert tensors["n"].dtype == numpy.float64 and tensors["n"][1] == 1 / 3
tensors["i"] = numpy.arange(4, dtype=numpy.int32).reshape(2, 2)
tensors["u"] = numpy.arange(3, dtype=numpy.uint8)
save_file(tensors, sys.argv[2], {"by": "python"})
`
      const { status, stderr } = spawnSync(python ?? '', ['-c', script, ours, theirs], { encoding: 'utf8' })
      expect(stderr).toBe('')
      expect(status).toBe(0)
      const { tensors: read, metadata: about } = decodeSafetensors(readFileSync(theirs), 'theirs')
      expect(about).toEqual({ by: 'python' })
      const byName = new Map(read.map((one) => [one.name, one]))
      expect(bytesOf(byName.get('W1'))).toEqual(Buffer.from(values.buffer))
      expect(byName.get('i')).toMatchObject({ shape: [2, 2], data: Int32Array.from([0, 1, 2, 3]) })
      expect(byName.get('u')).toMatchObject({ shape: [3], data: Uint8Array.from([0, 1, 2]) })
    },
  )
})

function bytesOf(one: Tensor | undefined): Buffer {
  if (one === undefined) throw new Error('missing')
  return Buffer.from(one.data.buffer, one.data.byteOffset, one.data.byteLength)
}
