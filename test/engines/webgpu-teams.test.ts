// Workgroups that settle together: whatever the size of a team, weights are the same bit for bit, and a team that loses a
// member costs time and nothing else. A driver on the processor runs as many workgroups at a time as it has threads, so it is
// given enough of them; it may still put two members of a team on one thread, and then the plan is tried again.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { lower } from '../../src-main/engines/lowering/lower.ts'
import type { Lowered } from '../../src-main/engines/lowering/plan.ts'
import { readsOf } from '../../src-main/engines/lowering/plan.ts'
import { chooseLayout } from '../../src-main/engines/matrix-layout.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { DeviceProgram } from '../../src-main/engines/webgpu/device-program.ts'
import { planTeam, spanOf, type TeamLimits } from '../../src-main/engines/webgpu/team.ts'
import { roundedQuads, type Repeat, type WorkgroupPlan } from '../../src-main/engines/webgpu/workgroup.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import { differences, outcomeOf, type Outcome, type Trial } from './trial.ts'
import { TOLERANCE } from './steady-trial.ts'

/** Read by SwiftShader from the folder it is started in. */
const folder = mkdtempSync(join(tmpdir(), 'apical-teams-'))
writeFileSync(join(folder, 'SwiftShader.ini'), '[Processor]\nThreadCount=128\n')
process.chdir(folder)
const { webgpu } = await import('../../src-main/engines/webgpu.ts')
const { SETTLING, webgpuWith } = await import('./webgpu-strategies.ts')

const availability = await webgpu.available()
if (!availability.available) test.skip(`teams of workgroups are not tested here. ${availability.reason}`)

const CARD: TeamLimits = {
  ...{ workgroupBytes: 49_152, threads: 1024, together: 128 },
  ...{ patience: 1, tries: 1, members: null },
}
/** What the drivers of tests have. */
const HERE: TeamLimits = { ...CARD, workgroupBytes: 32_768, threads: 256, together: 16 }

function trainingOf(rule: string, widths: readonly number[]): Lowered {
  const found = ruleNamed(rule)
  if (found === undefined) throw new Error(`there is no rule ${rule}`)
  const { program } = compileRule(found, found.settings.parse({}), widths)
  return lower(program, chooseLayout(program)).training
}

function planned(lowered: Lowered, replicas: number, limits = CARD, batch = 20): WorkgroupPlan | null {
  const repeat = lowered.instructions.find((one): one is Repeat => one.kind === 'repeat')
  if (repeat === undefined) throw new Error('it does not settle')
  const outside = new Set(lowered.instructions.filter((one) => one !== repeat).flatMap(readsOf))
  return planTeam(lowered.buffers, repeat, outside, limits, { replicas, batch })
}

describe('plans', () => {
  test('the fewer networks, the larger the team; everything fits into a workgroup', () => {
    for (const widths of [
      [784, 500, 10],
      [3072, 1000, 10],
      [784, 500, 500, 10],
    ]) {
      const lowered = trainingOf('corinfomax', widths)
      const plans = [1, 10, 40, 400].map((replicas) => planned(lowered, replicas))
      const members = plans.map((plan) => plan?.team?.members ?? 0)
      expect(members).toEqual(members.toSorted((a, b) => b - a))
      expect(members[0]).toBeGreaterThan(4)
      for (const plan of plans) {
        if (plan === null) throw new Error('it has no plan')
        const { columns, quads, threads, partials } = plan
        expect((roundedQuads(columns * quads) + threads * partials) * 16).toBeLessThanOrEqual(CARD.workgroupBytes)
      }
    }
  })

  test('areas do not overlap, but for a state that replaces what it was computed from', () => {
    const lowered = trainingOf('corinfomax', [784, 500, 500, 10])
    const plan = planned(lowered, 1)
    if (plan === null || plan.team === null) throw new Error('it has no team')
    const { members, inPlace } = plan.team
    expect(inPlace.size).toBe(2)
    const taken = [...plan.areas].filter(([id]) => !inPlace.has(id))
    const ends = taken
      .map(([id, { at, own }]) => {
        const columns = lowered.buffers[id]?.columns ?? 0
        return [at, at + (own ? spanOf(columns, members) : columns)] as const
      })
      .toSorted(([a], [b]) => a - b)
    ends.forEach(([, end], index) => {
      expect(end).toBe(ends[index + 1]?.[0] ?? plan.columns)
    })
  })

  test('members have all columns between them', () => {
    for (const columns of [33, 500, 1000])
      for (const members of [1, 2, 3, 7]) expect(members * spanOf(columns, members)).toBeGreaterThanOrEqual(columns)
  })

  test('no team where none would be quicker, and none larger than the device runs at a time', () => {
    expect(planned(trainingOf('corinfomax', [784, 40, 10]), 1)).toBeNull()
    expect(planned(trainingOf('corinfomax', [784, 500, 10]), 1, { ...CARD, together: 3 })?.team?.members).toBe(3)
    expect(planned(trainingOf('corinfomax', [784, 500, 10]), 1, { ...CARD, together: 1 })).toBeNull()
  })
})

describe.runIf(availability.available)('webgpu', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const cases = [
    {
      rule: 'corinfomax',
      settings: { iterationsFree: 3, iterationsNudged: 2, iterationsEvaluation: 3 },
      widths: [20, 50, 5],
    },
    { rule: 'pc', settings: { iterations: 3 }, widths: [20, 50, 40, 5] },
  ] as const

  const trialOf = ({ rule, settings, widths }: (typeof cases)[number]): Trial => {
    const found = ruleNamed(rule)
    if (found === undefined) throw new Error(`there is no rule ${rule}`)
    return {
      ...{ replicas: 1, batchSize: 6, batches: 2, counts: [20, 4], evaluationBatch: 4, seed: 3 },
      compiled: compileRule(found, found.settings.parse(settings), widths),
    }
  }
  /** With so many members, and how often a plan had to be tried again. */
  const withTeams = async (trial: Trial, teams: TeamLimits): Promise<{ got: Outcome; failed: number }> => {
    const failing = vi.spyOn(DeviceProgram.prototype, 'teamsFailed')
    failing.mockClear()
    const got = await outcomeOf(trial, webgpuWith({ ...SETTLING, teams }), 'float32')
    return { got, failed: failing.mock.calls.length }
  }
  const patient: TeamLimits = { ...HERE, patience: 300_000, tries: 200 }

  for (const one of cases)
    test(`${one.rule}, ${one.widths.join('-')}: teams of one, two and three compute the same bits, as the reference does`, async () => {
      const trial = trialOf(one)
      const want = await outcomeOf(trial, reference, 'float64')
      const alone = (await withTeams(trial, { ...patient, members: 1 })).got
      expect(differences(alone, want, TOLERANCE)).toEqual([])
      for (const members of [2, 3]) {
        const { got, failed } = await withTeams(trial, { ...patient, members })
        // Else it was not teams that computed it.
        expect(failed).toBeLessThan(patient.tries)
        expect([...got.parameters]).toEqual([...alone.parameters])
        expect(got.scores).toEqual(alone.scores)
        expect(got.counts).toEqual(alone.counts)
      }
    })

  test('a team that nobody waits for is given up: what is left is computed without, from the same weights', async () => {
    const trial = trialOf(cases[0])
    const { got, failed } = await withTeams(trial, { ...HERE, patience: 1, members: 4 })
    expect(failed).toBe(1)
    const without = await outcomeOf(trial, webgpuWith(SETTLING), 'float32')
    expect([...got.parameters]).toEqual([...without.parameters])
    expect(got.counts).toEqual(without.counts)
  })
})
