/** Checkpoints as tensors and strings: what goes in comes out, and anything else is refused in a sentence. */
import { describe, expect, it } from 'vitest'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import {
  CheckpointProblem,
  requireFitting,
  restoreCheckpoint,
  storeCheckpoint,
  storeWeights,
  type SeedCheckpoint,
  type StoredCheckpoint,
} from '../../src-main/training/checkpoint.ts'

const checkpoint: SeedCheckpoint = {
  seed: 30,
  position: { epoch: 2, batchInEpoch: 5, batch: 17 },
  generators: { sign: { key: [1, 2 ** 32 - 1], position: 17 } },
  parameters: [
    { name: 'W1', shape: [1, 2], role: 'weight', values: Float32Array.of(0.1, -0) },
    { name: 'W1.m', shape: [1, 2], role: 'optimiser', values: Float64Array.of(1e-300, 2) },
    { name: 'Rfree1', shape: [1, 1], role: 'log', values: Float64Array.of(NaN) },
  ],
  collapsed: { epoch: 2, batch: 16, reason: 'W1 is not finite' },
  chosen: { epoch: 1, trainAccuracy: null, validationAccuracy: 0.5, testAccuracy: 0.25 },
  learned: 1,
  seconds: 12.5,
}

describe('stored', () => {
  it('comes back as it was, types and all', () => {
    expect(restoreCheckpoint(structuredClone(storeCheckpoint(checkpoint)), 'a file')).toEqual(checkpoint)
  })

  it('from before there was a choice has chosen none', () => {
    const stored = storeCheckpoint(checkpoint)
    const state = JSON.parse(stored.metadata['state'] ?? '') as Record<string, unknown>
    delete state['chosen']
    delete state['learned']
    const old = { ...stored, metadata: { ...stored.metadata, state: JSON.stringify(state) } }
    expect(restoreCheckpoint(old, 'a file')).toEqual({ ...checkpoint, chosen: null, learned: null })
  })

  it('is tensors and strings only', () => {
    const { tensors, metadata } = storeCheckpoint(checkpoint)
    expect(tensors.map(({ name }) => name)).toEqual(['W1', 'W1.m', 'Rfree1'])
    for (const value of Object.values(metadata)) expect(typeof value).toBe('string')
  })

  it('weights are the learned ones alone, with what they belong to', () => {
    const { tensors, metadata } = storeWeights(checkpoint, 'corinfomax')
    expect(tensors).toEqual([{ name: 'W1', shape: [1, 2], data: Float32Array.of(0.1, -0) }])
    expect(metadata).toMatchObject({ rule: 'corinfomax', seed: '30', epoch: '2' })
  })
})

describe('refused, naming the file', () => {
  const stored = storeCheckpoint(checkpoint)
  const withMetadata = (change: Record<string, string | undefined>): StoredCheckpoint => ({
    ...stored,
    metadata: Object.fromEntries(
      Object.entries({ ...stored.metadata, ...change }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  })
  it.each<readonly [string, StoredCheckpoint, RegExp]>([
    ['of no format', withMetadata({ format: undefined }), /apical-checkpoint-1.*no format/],
    ['of another format', withMetadata({ format: 'apical-weights-1' }), /apical-weights-1/],
    ['without a state', withMetadata({ state: undefined }), /found nothing/],
    ['with a state that is no JSON', withMetadata({ state: '{' }), /not JSON/],
    ['with a state of something else', withMetadata({ state: '{"seed":-1}' }), /expected the state of a run/],
    [
      'with a tensor of no role',
      { ...stored, tensors: [...stored.tensors, { name: 'toString', shape: [1, 1], data: Float32Array.of(1) }] },
      /toString has no role/,
    ],
  ])('%s', (_, bad, sentence) => {
    expect(() => restoreCheckpoint(bad, 'seed-30/checkpoint.safetensors')).toThrow(sentence)
    expect(() => restoreCheckpoint(bad, 'seed-30/checkpoint.safetensors')).toThrow(
      /^seed-30\/checkpoint\.safetensors: /,
    )
    expect(() => restoreCheckpoint(bad, 'x')).toThrow(CheckpointProblem)
  })
})

describe('for this program', () => {
  const rule = ruleNamed('backprop')
  if (rule === undefined) throw new Error('no backprop')
  const { program } = compileRule(rule, rule.settings.parse({ optimiser: 'sgd', momentum: 0 }), [2, 2])
  const fitting: SeedCheckpoint = {
    ...checkpoint,
    parameters: program.parameters.map(({ name, shape, role }) => ({
      name,
      shape,
      role,
      values: new Float64Array(shape[0] * shape[1]),
    })),
  }
  it('fits', () => {
    requireFitting(fitting, program)
  })
  it.each<readonly [string, SeedCheckpoint, RegExp]>([
    ['a parameter is missing', { ...fitting, parameters: fitting.parameters.slice(1) }, /has no W1/],
    [
      'a parameter is too many',
      {
        ...fitting,
        parameters: [...fitting.parameters, { name: 'V2', shape: [1, 1], role: 'weight', values: Float64Array.of(0) }],
      },
      /has V2/,
    ],
    [
      'a shape is another',
      {
        ...fitting,
        parameters: fitting.parameters.map((p) => (p.name === 'W1' ? { ...p, shape: [1, 4] as const } : p)),
      },
      /expected W1 to be 2 × 2, found 1 × 4/,
    ],
  ])('not when %s', (_, bad, sentence) => {
    expect(() => {
      requireFitting(bad, program)
    }).toThrow(sentence)
  })
})
