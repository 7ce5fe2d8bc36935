// The command that trains an experiment again: a real shell takes the line apart, the command line reads what it is given,
// and what comes out is the experiment that it was made from.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { experimentsOf } from '../../src-main/cli/experiments.ts'
import { parseWords } from '../../src-main/cli/command.ts'
import { run } from '../../src-main/cli/run.ts'
import { requireExperiment } from '../../src-main/experiment/check.ts'
import { Experiment } from '../../src-main/experiment/experiment.ts'
import { everyPreset, presetNamed } from '../../src-main/experiment/presets.ts'
import { experimentOfRule } from '../../src-main/experiment/rule-experiment.ts'
import { runCommand } from '../../src-main/experiment/run-command.ts'
import { expandSweep } from '../../src-main/experiment/sweep.ts'
import { Generator } from '../../src-main/program/random.ts'
import { rules } from '../../src-main/rules/index.ts'
import { randomSettings } from '../rules/random-settings.ts'

const noShell = process.platform === 'win32'

/** What each line would train. */
function trainedBy(lines: readonly string[]): Experiment[] {
  const script = `apical() { for word in "$@"; do printf '%s\\0' "$word"; done; printf '\\0'; }\n${lines.join('\n')}\n`
  const commands = execFileSync('sh', ['-s'], { input: script, maxBuffer: 1 << 28 })
    .toString()
    .split('\0\0')
    .filter((text) => text !== '')
  expect(commands).toHaveLength(lines.length)
  return commands.flatMap((text) => {
    const [name, ...words] = text.split('\0')
    expect(name).toBe('run')
    return experimentsOf(parseWords(run, words), 'none')
  })
}

function expectReproduced(experiments: readonly Experiment[]): void {
  const found = trainedBy(experiments.map(runCommand))
  for (const [place, experiment] of experiments.entries()) expect(found[place]).toEqual({ ...experiment, sweep: null })
}

function presetOf(name: string): Experiment {
  const preset = presetNamed(name)
  if (preset === undefined) throw new Error(`there is no preset ${name}`)
  return preset.experiment
}

test.skipIf(noShell)('a preset is its own name, its seeds and its epochs', () => {
  const presets = everyPreset().filter(({ setting }, place) => setting === 1 || place % 11 === 0)
  expectReproduced(presets.map(({ experiment }) => experiment))
  for (const { experiment } of presets) expect(runCommand(experiment)).not.toContain('--set')
})

test.skipIf(noShell)('every rule with any settings, on another network, with and without a preset', () => {
  const widths = [784, 30, 20, 10]
  expectReproduced(
    rules.flatMap((rule, number) =>
      [1, 2, 3].map((draw) => {
        const plain = experimentOfRule(rule.name)
        if (plain === undefined) throw new Error(rule.name)
        const settings = randomSettings(rule, widths, Generator.seeded(100 * number + draw)) as Record<string, unknown>
        return requireExperiment({ ...plain, widths, rule: { name: rule.name, settings } }, rule.name)
      }),
    ),
  )
})

test.skipIf(noShell)('everything that an experiment may be set to, and names that a shell would take apart', () => {
  const base = presetOf('corinfomax-mnist#3')
  const changed: Partial<Experiment>[] = [
    { seeds: [0, 10, 20, 30], name: `It's "mine": $HOME, 5 * 'a' \\ & #3 – β` },
    { seeds: [4, 1], name: '12' },
    { seeds: [5, 6, 7, 8], measures: [], training: { ...base.training, epochs: 3, shuffle: false } },
    { data: { ...base.data, limitTrain: 500, seed: 4 }, widths: [784, 20, 10] },
    // The name that it began with, though the network is another.
    { widths: [784, 20, 10], name: base.name },
    {
      training: {
        ...base.training,
        evaluateTest: 2000,
        selection: 'best-validation-epoch',
        validation: { fraction: 0.25, seed: 3, stratified: false },
      },
    },
    { evaluation: { topK: 3, topKEveryEpochs: 2, confusionEveryEpochs: null, keepWeightsEveryEpochs: null } },
    { evaluation: { topK: null, topKEveryEpochs: 1, confusionEveryEpochs: 4, keepWeightsEveryEpochs: null } },
    { engine: { name: 'webgpu', precision: 'float32', device: "A 'card', 80 GB", threads: 3 } },
    { measures: [{ name: 'alignment', everyBatches: 7 }] },
  ]
  expectReproduced(changed.map((change) => requireExperiment({ ...base, ...change }, 'changed')))
})

test.skipIf(noShell)('a member of a sweep is run alone', () => {
  const axes = [
    { key: 'hidden', values: ['20', '30'] },
    { key: 'lrForward.0', values: ['0.5', '1'] },
  ]
  expectReproduced(expandSweep(presetOf('corinfomax-mnist'), { axes, paired: false, id: 'a-sweep' }))
})

test('a preset that has become another rule is written as that rule', () => {
  const other = { ...presetOf('corinfomax-mnist'), rule: presetOf('backprop-mnist').rule, measures: [] }
  expect(runCommand(other)).toMatch(/^apical run backprop --seeds .* --set data\.name=mnist/)
  if (!noShell) expect(trainedBy([runCommand(other)])).toEqual([{ ...other, preset: null }])
})
