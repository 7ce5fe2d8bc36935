/** `apical presets`: every experiment that can be run by name. */
import type { PresetCard } from '../contract.ts'
import { everyPreset, presetCards } from '../experiment/presets.ts'
import { rules } from '../rules/index.ts'
import { DATASET_NAMES } from '../experiment/experiment.ts'
import { EXIT, JSON_OPTION, type Command } from './command.ts'
import { spread, table } from './layout.ts'

export const presets: Command = {
  name: 'presets',
  operands: '',
  summary: 'list the experiments that can be run by name',
  details:
    'Lists the presets: one for each published study, with the number its authors printed, some of their example notebooks, ' +
    'for which they printed none over seeds ("notebook"), and small ones that come with Apical and need no data folder. A study with several settings is shown with the one its authors chose; NAME#N is setting N, ' +
    'counted from 1. With --json, every published configuration, one object each: name, label, experiment, published, ' +
    'setting, settings, notebook.',
  options: [
    { name: 'rule', value: 'RULE', help: `only this learning rule: ${rules.map(({ name }) => name).join(', ')}` },
    { name: 'dataset', value: 'NAME', help: `only this data set: ${DATASET_NAMES.join(', ')}` },
    JSON_OPTION,
  ],
  run(words, terminal) {
    words.none()
    const rule = words.choice(
      'rule',
      rules.map(({ name }) => name),
    )
    const dataset = words.choice('dataset', DATASET_NAMES)
    const wanted = (terminal.json ? everyPreset() : presetCards()).filter(
      ({ experiment }) =>
        (rule === undefined || experiment.rule.name === rule) &&
        (dataset === undefined || experiment.data.name === dataset),
    )
    for (const preset of wanted) terminal.data(preset)
    if (terminal.json) return Promise.resolve(EXIT.done)
    if (wanted.length === 0) terminal.print('No preset fits; "apical presets" lists all of them.')
    else
      for (const line of table(['preset', 'rule', 'data', 'network', '>settings', '>published'], wanted.map(cells)))
        terminal.print(line)
    return Promise.resolve(EXIT.done)
  },
}

function cells({ name, experiment, published, settings, notebook }: PresetCard): string[] {
  const { rule, data, widths } = experiment
  return [
    name,
    rule.name,
    data.name,
    widths.join('-'),
    String(settings),
    notebook === null ? spread(published) : 'notebook',
  ]
}
