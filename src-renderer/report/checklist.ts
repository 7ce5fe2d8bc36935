/**
 * The paragraph that conferences' reproducibility checklists ask for: runs and seeds, split, how the setting and the epoch
 * were selected, what the spread is, hardware, hours, software. It says what was recorded, and where something was not,
 * that it was not.
 */
import type { ReportedRecord } from '../../src-main/contract.ts'
import { wallClockSeconds } from '../../src-main/experiment/wall-clock.ts'
import { configurationBeside } from '../text/configuration.ts'
import { bytes, duration, network, percent, significant, spread } from '../text/format.ts'
import { lower, ruleCard, settingWords } from '../text/setting-words.ts'
import type { ReportContext } from './report-context.ts'

type Words = Pick<ReportContext, 'words' | 'presetOf'>

/** A paragraph each, and one more with what all of them took where there are several. */
export function checklist(records: readonly ReportedRecord[], words: Words): readonly string[] {
  const each = records.map((record) => paragraph(record, words))
  if (records.length < 2) return each
  const runs = records.reduce((sum, { experiment }) => sum + experiment.seeds.length, 0)
  const seconds = records.reduce((sum, record) => sum + wallClockSeconds(record.seeds), 0)
  const shared = records.some(({ environment }) => (environment?.beside ?? 0) > 0)
  const more = shared
    ? ' at most: experiments that were trained side by side share theirs, which is counted for each'
    : ''
  return [...each, `All ${records.length} experiments: ${runs} training runs, ${hours(seconds)} on the clock${more}.`]
}

function paragraph(record: ReportedRecord, words: Words): string {
  return [
    `${record.row.name}: ${record.row.ruleLabel} on ${record.row.datasetLabel}, network ${network(record.row.widths)}.`,
    runsOf(record),
    ...splitOf(record),
    epochOf(record),
    settingOf(record, words),
    ...resultOf(record),
    ...machineOf(record),
  ].join(' ')
}

function runsOf({ experiment, outcomes }: ReportedRecord): string {
  const { seeds, training } = experiment
  const count = seeds.length === 1 ? 'One training run' : `${seeds.length} training runs`
  const short = outcomes.filter(({ epochs, status }) => epochs < training.epochs && status !== 'collapsed')
  const each = `of ${training.epochs} ${training.epochs === 1 ? 'epoch' : 'epochs'}${seeds.length === 1 ? '' : ' each'}`
  const stopped = short.map(({ seed, epochs }) => `seed ${seed} after epoch ${epochs}`)
  return `${count} ${each}, with ${seeds.length === 1 ? `seed ${seeds.join()}` : `seeds ${seeds.join(', ')}`}${stopped.length === 0 ? '' : `; not finished: ${stopped.join(', ')}`}. The seed decides the initial weights and every random draw of training.`
}

function splitOf({ experiment: { data, training } }: ReportedRecord): readonly string[] {
  const { validation, evaluateTest } = training
  const first = (limit: number | null): string => (limit === null ? 'all' : `the first ${limit}`)
  const tested =
    evaluateTest === 'off'
      ? 'The test set was not evaluated.'
      : `Test accuracy is of ${evaluateTest === 'all' ? first(data.limitTest) : `${evaluateTest} drawn from ${first(data.limitTest)}`} test samples of the data set.`
  return [
    validation === null
      ? `Trained on ${first(data.limitTrain)} training samples of the data set; no validation set was held out.`
      : `Of ${first(data.limitTrain)} training samples of the data set ${percent(validation.fraction, 1)} % were held out for validation, the same for every seed (split seed ${validation.seed}, ${validation.stratified ? '' : 'not '}stratified by class).`,
    tested,
  ]
}

function epochOf({ experiment: { training } }: ReportedRecord): string {
  return training.selection === 'last-epoch'
    ? 'Results are those after the last epoch.'
    : 'Results are those of the epoch with the best validation accuracy, chosen for each seed.'
}

function settingOf({ row, experiment }: ReportedRecord, { words, presetOf }: Words): string {
  const rule = ruleCard(words, row.rule)
  if (row.sweep !== null) {
    const axes = row.sweep.settings.map(({ key }) => lower(settingWords(key, rule, words).label))
    return `The setting is one of a sweep over ${axes.join(', ')}; by what it was chosen from the sweep is not recorded.`
  }
  const preset = presetOf(row.preset)
  if (preset === undefined) return 'How the setting was chosen is not recorded.'
  const changed = configurationBeside(experiment, preset.experiment, words)
    .filter(({ key, was }) => was !== null && key !== 'seeds' && !key.startsWith('engine.'))
    .map(({ label }) => lower(label))
  const from = `The setting is that of the preset “${preset.label}”`
  if (changed.length > 0) return `${from}, changed in ${changed.join(', ')}; how it was chosen is not recorded.`
  return preset.published === null ? `${from}.` : `${from}, from ${preset.published.source}.`
}

function resultOf({ row, outcomes }: ReportedRecord): readonly string[] {
  const { testAccuracy, collapsedSeeds, resultEpoch } = row
  if (testAccuracy === null) return ['There is no test accuracy.']
  const { n } = testAccuracy
  const behind = outcomes.filter(({ epochs, status }) => status !== 'collapsed' && epochs > 0 && epochs !== resultEpoch)
  const out = [
    ...(collapsedSeeds.length === 0 || resultEpoch === null ? [] : [`collapsed: ${collapsedSeeds.join(', ')}`]),
    ...(behind.length === 0 || resultEpoch === null
      ? []
      : [`fewer epochs: ${behind.map(({ seed }) => seed).join(', ')}`]),
  ]
  const of =
    n === 1 ? 'one seed, which says nothing of the spread' : `mean ± sample standard deviation (n − 1) over ${n} seeds`
  return [`Test accuracy ${spread(testAccuracy)} % (${of}${out.length === 0 ? '' : `; left out, ${out.join('; ')}`}).`]
}

function machineOf({ environment, seeds }: ReportedRecord): readonly string[] {
  const seconds = wallClockSeconds(seeds)
  const time =
    seconds === 0
      ? 'Its time is not recorded.'
      : `Training and evaluation took ${hours(seconds)} on the clock; seeds trained side by side count once, and work lost to an interruption does not.${besideOthers(environment?.beside ?? 0)}`
  if (environment === null) return ['Hardware and software are not recorded.', time]
  const { cpu, cores, memoryBytes, os, engine, device, precision, apical, node, data } = environment
  const checked = Object.keys(data).length > 0 ? ' Checksums or versions of the data are recorded with it.' : ''
  return [
    `Hardware: ${cpu}, ${cores} cores, ${bytes(memoryBytes)} of memory; engine ${engine} on ${device}, ${precision}.`,
    time,
    `Software: Apical ${apical}, Node ${node}, ${os}.${checked}`,
  ]
}

/** What else the machine did in the same time. */
function besideOthers(others: number): string {
  if (others === 0) return ''
  return ` In the same time ${others} other experiment${others === 1 ? '' : 's'} of its sweep ${others === 1 ? 'was' : 'were'} trained in the same session.`
}

function hours(seconds: number): string {
  return `${significant(seconds / 3600, 2)} hours (${duration(seconds)})`
}
