/** Data sets that come with Apical whole: those that are drawn from a seed, and one whose samples lie in `resources`. */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import digits from '../../../resources/digits-8x8.json' with { type: 'json' }
import type { DataSet, Samples } from '../../data/data-set.ts'
import { generateGlyphs, GLYPHS_VERSION } from '../../data/glyphs.ts'
import { DataProblem } from '../../data/problem.ts'
import { generateSpirals, generateXor, SPIRALS_VERSION, XOR_VERSION } from '../../data/toys.ts'
import type { SampleCounts } from '../../experiment/data-sets.ts'
import type { DataSetFacts } from './cards.ts'

type Parts = Pick<DataSet, 'train' | 'test'>

interface BuiltIn extends Parts {
  /** For environment.json. */
  readonly fingerprint: Readonly<Record<string, string>>
}

interface Drawn {
  readonly version: number
  readonly draw: (seed: number, counts: SampleCounts) => Parts
}

const DRAWN: Readonly<Record<string, Drawn>> = {
  glyphs: { version: GLYPHS_VERSION, draw: generateGlyphs },
  spirals: { version: SPIRALS_VERSION, draw: generateSpirals },
  xor: { version: XOR_VERSION, draw: generateXor },
}

/** Whether a set comes with Apical whole and is looked for in no folder. */
export function isBuiltIn({ format }: Pick<DataSetFacts, 'format'>): boolean {
  return format === 'built in' || format === 'shipped'
}

/** What its card says of it. */
export function builtInDetail({ name, about }: DataSetFacts): string {
  const drawn = DRAWN[name]
  return drawn === undefined ? about : `${about} Version ${drawn.version}; needs no files.`
}

/** @param counts of a set that is drawn, how much is drawn of it; one that is shipped is small and comes whole. @throws DataProblem */
export function readBuiltIn({ name }: DataSetFacts, seed: number, counts: SampleCounts): BuiltIn {
  const drawn = DRAWN[name]
  if (drawn === undefined) return readDigits()
  return { ...drawn.draw(seed, counts), fingerprint: { [name]: `version ${drawn.version}, seed ${seed}` } }
}

const SIDE = 8
const FEATURES = SIDE * SIDE
/** Values are from 0 to this. */
const LARGEST = 16
/** By order, since the file says nothing of who wrote a sample: digits of one hand stand together, and mixing would put a hand into both parts. */
const TRAIN_COUNT = 1297

function readDigits(): BuiltIn {
  const { count, gzip, sha256 } = digits
  const bytes = gunzipSync(Buffer.from(gzip, 'base64'))
  if (createHash('sha256').update(bytes).digest('hex') !== sha256 || bytes.length !== count * (FEATURES + 1))
    throw new DataProblem(
      'resources/digits-8x8.json',
      'the samples that come with Apical',
      'other bytes',
      'Install Apical again.',
    )
  const part = (from: number, to: number): Samples => ({
    count: to - from,
    features: FEATURES,
    pixels: Float32Array.from(bytes.subarray(from * FEATURES, to * FEATURES), (value) => value / LARGEST),
    labels: Uint8Array.from(bytes.subarray(count * FEATURES + from, count * FEATURES + to)),
    classes: 10,
    image: { height: SIDE, width: SIDE, channels: 1 },
    scaling: { scale: [1], offset: [0] },
  })
  return {
    train: part(0, TRAIN_COUNT),
    test: part(TRAIN_COUNT, count),
    fingerprint: {
      'digits-8x8 (unpacked)': sha256,
      division: `the first ${TRAIN_COUNT} samples for training, the last ${count - TRAIN_COUNT} for testing`,
    },
  }
}
