/**
 * What experiments are called beside each other, in a legend, a table and a figure: what all share is said once, and a name
 * says only what differs. Names that people wrote are theirs: where they tell all apart, they are what is said.
 */
import type { ExperimentRow } from '../../src-main/contract.ts'
import { flatInWords } from '../text/configuration.ts'
import { date, network } from '../text/format.ts'
import { fieldAt, lower, ruleCard, type Vocabulary } from '../text/setting-words.ts'
import { writeSeeds } from './seeds.ts'

type Named = Pick<
  ExperimentRow,
  | 'name'
  | 'rule'
  | 'ruleLabel'
  | 'dataset'
  | 'datasetLabel'
  | 'widths'
  | 'preset'
  | 'sweep'
  | 'settings'
  | 'seeds'
  | 'engine'
  | 'created'
>

export interface Names {
  /** What all share, in one line; empty for a single experiment, whose name says it. */
  readonly shared: string
  /** One each, in order, all different. */
  readonly names: readonly string[]
  /** Labels of settings that differ too and stand in no name: a reader has to know of them. */
  readonly untold: readonly string[]
}

/** More than this in one name is a table. */
const MOST = 4
/** With fewer the reader would miss what is easily said. */
const LEAST = 3

export function namesOf(rows: readonly Named[], words: Vocabulary): Names {
  const [first] = rows
  if (first === undefined) return { shared: '', names: [], untold: [] }
  if (rows.length === 1) return { shared: '', names: [first.name], untold: [] }
  const facts = rows.map((row) => factsOf(row, words))
  const differing = differingKeys(rows, facts)
  const labels = rows.map((row) => labelOfPerson(row, words))
  const shared = SAID_OF_ALL.filter((key) => facts.every((own) => own.get(key)?.text === facts[0]?.get(key)?.text))
    .map((key) => facts[0]?.get(key)?.text ?? '')
    .filter((text) => text !== '' && text !== 'all samples')
    .join(' · ')
  const told = named(rows, facts, differing, labels)
  return { shared, ...told, names: distinct(told.names, rows, labels) }
}

/** What tells rows apart beyond these keys, which are said elsewhere; '' where nothing does. */
export function whatDiffers(
  rows: readonly Named[],
  words: Vocabulary,
  elsewhere: ReadonlySet<string>,
): readonly string[] {
  const facts = rows.map((row) => factsOf(row, words))
  const differing = differingKeys(rows, facts).map((keys) => new Set([...keys].filter((key) => !elsewhere.has(key))))
  return named(rows, facts, differing, []).names
}

/** The most telling first. */
const SAID_OF_ALL = ['rule', 'data', 'widths', 'data.limitTrain', 'training.epochs'] as const
/** What a name that a person wrote does not say, though results on different data say nothing about each other. */
const BESIDE_LABELS: ReadonlySet<string> = new Set(['rule', 'data'])

function named(
  rows: readonly Named[],
  facts: readonly Facts[],
  differing: readonly ReadonlySet<string>[],
  labels: readonly string[],
): Omit<Names, 'shared'> {
  const textsOf = (i: number, keys: (key: string) => boolean): readonly string[] =>
    [...(facts[i] ?? [])].flatMap(([key, { text }]) => (differing[i]?.has(key) === true && keys(key) ? [text] : []))
  if (labels.length > 0 && labels.every((label) => label !== '') && isDistinct(labels)) {
    const names = labels.map((label, i) => [...textsOf(i, (key) => BESIDE_LABELS.has(key)), label].join(' · '))
    return { names, untold: [] }
  }
  const order = [...new Set(facts.flatMap((own) => [...own.keys()]))].sort(
    (a, b) => rank(a) - rank(b) || positionIn(facts, a) - positionIn(facts, b),
  )
  const all = order.filter((key) => differing.some((keys) => keys.has(key)))
  const withFirst = (count: number): readonly string[] => {
    const some = new Set(all.slice(0, count))
    return rows.map((_, i) => textsOf(i, (key) => some.has(key)).join(', '))
  }
  const most = Math.max(0, ...differing.map((keys) => keys.size))
  const apart = new Set(withFirst(all.length)).size
  let count = most <= MOST ? all.length : Math.min(LEAST, all.length)
  while (count < all.length && new Set(withFirst(count)).size < apart) count++
  const kept = all.slice(0, count)
  // What goes with the rule tells nothing apart that the rule does not: the first to leave a long name.
  const words = (): number => Math.max(...rows.map((_, i) => textsOf(i, (key) => kept.includes(key)).length))
  for (const key of kept.toReversed()) {
    if (words() <= LEAST || BESIDE_LABELS.has(key) || !goesWithRule(rows, facts, key)) continue
    const without = kept.filter((other) => other !== key)
    const left = new Set(rows.map((_, i) => textsOf(i, (other) => without.includes(other)).join()))
    if (left.size === apart) kept.splice(kept.indexOf(key), 1)
  }
  const untold = [
    ...new Set(
      all.filter((key) => !kept.includes(key)).map((key) => facts.find((own) => own.has(key))?.get(key)?.label ?? key),
    ),
  ]
  return { names: rows.map((_, i) => textsOf(i, (key) => kept.includes(key)).join(', ')), untold }
}

function goesWithRule(rows: readonly Named[], facts: readonly Facts[], key: string): boolean {
  const values = new Map<string, Set<string | undefined>>()
  rows.forEach(({ rule }, i) => values.set(rule, (values.get(rule) ?? new Set()).add(facts[i]?.get(key)?.text)))
  return values.size > 1 && [...values.values()].every(({ size }) => size === 1)
}

function rank(key: string): number {
  const at = ORDER.indexOf(key)
  return at < 0 ? ORDER.length : at
}
const ORDER: readonly string[] = [...SAID_OF_ALL, 'training.batchSize']

function positionIn(facts: readonly Facts[], key: string): number {
  const own = facts.find((one) => one.has(key))
  return own === undefined ? -1 : [...own.keys()].indexOf(key)
}

// ---- what is known of a row ---------------------------------------------------------------------------------------------

interface Fact {
  readonly label: string
  readonly text: string
  /** A rule's own setting: compared only with experiments of the same rule. */
  readonly ofRule: boolean
}
type Facts = ReadonlyMap<string, Fact>

/** Said by `widths`; what is written down or runs it makes no result, and tells apart only where nothing else does. */
const LEFT_OUT = /^(depth$|evaluation\.|engine\.|data\.limitTest$|training\.evaluate)/

function factsOf(row: Named, words: Vocabulary): Facts {
  const facts = new Map<string, Fact>()
  const common = (key: string, label: string, text: string): unknown => facts.set(key, { label, text, ofRule: false })
  common('rule', 'Rule', row.ruleLabel || row.rule)
  common('data', 'Data', row.datasetLabel || row.dataset)
  common('widths', 'Network', network(row.widths))
  common('data.limitTrain', 'Training samples', samplesText(row.settings['data.limitTrain']))
  const card = ruleCard(words, row.rule)
  const fields = words.fields.filter(({ path, records }) => records !== true && !LEFT_OUT.test(path))
  const ofRule = Object.keys(card?.settings.properties ?? {})
  for (const key of new Set([
    'training.epochs',
    'training.batchSize',
    ...ofRule,
    ...fields.map(({ path }) => path),
    ...Object.keys(row.settings),
  ])) {
    if (facts.has(key) || LEFT_OUT.test(key) || !Object.hasOwn(row.settings, key)) continue
    const value = row.settings[key]
    const schema = card?.settings.properties?.[key] ?? fieldAt(words, key)?.schema
    if (value === undefined) continue
    const label = schema?.label ?? key
    const text = phrase(key, label, schema?.symbol, flatInWords(value, schema), schema?.unit)
    facts.set(key, { label, text, ofRule: !key.includes('.') })
  }
  return facts
}

function samplesText(limit: unknown): string {
  return typeof limit === 'number' ? counted(limit, 'sample') : 'all samples'
}

function counted(count: number, one: string): string {
  return `${count.toLocaleString('en-GB')} ${one}${count === 1 ? '' : 's'}`
}

/** '3 epochs', 'β = 0.5', 'batch size 20', 'Nesterov momentum on'. */
function phrase(
  key: string,
  label: string,
  symbol: string | undefined,
  value: string,
  unit: string | undefined,
): string {
  if (key === 'training.epochs') return counted(Number(value), 'epoch')
  // A symbol with an index cannot be set in one line of a legend.
  if (symbol !== undefined && !symbol.includes('_')) return `${symbol} = ${value}`
  return `${lower(label)} ${value}${unit === undefined ? '' : ` ${unit}`}`
}

/** Keys that are not the same in all rows that can have them; what one lacks (it is null there) differs from any value. */
function differingKeys(rows: readonly Named[], facts: readonly Facts[]): readonly ReadonlySet<string>[] {
  const values = new Map<string, Set<string | undefined>>()
  const at = (row: Named, key: string, ofRule: boolean): string => (ofRule ? `${row.rule} ${key}` : key)
  const all = new Map<string, boolean>()
  for (const own of facts) for (const [key, { ofRule }] of own) all.set(key, ofRule)
  rows.forEach((row, i) => {
    for (const [key, ofRule] of all) {
      const place = at(row, key, ofRule)
      values.set(place, (values.get(place) ?? new Set()).add(facts[i]?.get(key)?.text))
    }
  })
  return rows.map(
    (row) =>
      new Set([...all].flatMap(([key, ofRule]) => ((values.get(at(row, key, ofRule))?.size ?? 0) > 1 ? [key] : []))),
  )
}

// ---- what a person wrote ------------------------------------------------------------------------------------------------

/** Pieces of the name that no rule, data set, network, preset or sweep put there. */
export function labelOfPerson(
  row: Pick<Named, 'name' | 'rule' | 'ruleLabel' | 'dataset' | 'datasetLabel' | 'widths' | 'preset' | 'sweep'>,
  words: Vocabulary,
): string {
  const preset = words.presets.find(({ name }) => name === row.preset)?.label ?? ''
  const given = new Set(piecesOf(preset).map((piece) => piece.toLowerCase()))
  for (const word of [row.rule, row.ruleLabel, row.dataset, row.datasetLabel, network(row.widths)])
    given.add(word.toLowerCase())
  const swept = new Set(row.sweep?.settings.map(({ key }) => key) ?? [])
  return piecesOf(row.name)
    .map((piece) => withoutPrefix(piece, network(row.widths)))
    .filter(
      (piece) => piece !== '' && !given.has(piece.toLowerCase()) && !swept.has(/^([\w.]+)=/.exec(piece)?.[1] ?? ''),
    )
    .join(' · ')
}

/**
 * The name without what stands in columns beside it, the data set and the network, and with the rule for what a preset makes
 * of its name; the rule's name where nothing is left.
 */
export function nameBesideColumns(
  { name, ruleLabel, rule, dataset, datasetLabel, widths, preset }: Named,
  columns: readonly string[],
  words: Vocabulary,
): string {
  const said = new Set<string>()
  const ofPreset = new Set(piecesOf(words.presets.find((one) => one.name === preset)?.label ?? ''))
  if (columns.includes('data')) for (const word of [dataset, datasetLabel]) said.add(word.toLowerCase())
  const units = columns.includes('network') ? network(widths) : ''
  if (units !== '') said.add(units)
  const left = piecesOf(name)
    .map((piece) => withoutPrefix(piece, units))
    .filter((piece) => piece !== '' && !said.has(piece.toLowerCase()))
    .map((piece) => (piece.startsWith(`${ruleLabel}, `) && ofPreset.has(piece) ? ruleLabel : piece))
  return left.length === 0 ? ruleLabel || rule : left.join(' · ')
}

/** 'quick' of '784-128-10, quick'. */
function withoutPrefix(piece: string, prefix: string): string {
  return prefix !== '' && piece.startsWith(`${prefix}, `) ? piece.slice(prefix.length + 2) : piece
}

function piecesOf(name: string): readonly string[] {
  return name.split(' · ')
}

// ---- where even that is not enough --------------------------------------------------------------------------------------

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}

/** Those that are called the same get what tells them apart: a person's label, the engine, the seeds, the day, a count. */
function distinct(names: readonly string[], rows: readonly Named[], labels: readonly string[]): readonly string[] {
  const called = names.map((name, i) => name || (labels[i] ?? '') || (rows[i]?.ruleLabel ?? ''))
  const more: readonly ((row: Named, i: number) => string)[] = [
    (_, i) => labels[i] ?? '',
    ({ engine }) => engine,
    ({ seeds }) => `seeds ${writeSeeds(seeds)}`,
    ({ created }) => date(created),
  ]
  return [...Map.groupBy(called.keys(), (i) => called[i] ?? '').values()]
    .flatMap((same) => {
      if (same.length === 1) return same.map((i) => [i, called[i] ?? ''] as const)
      const telling = more
        .map((tell) => same.map((i) => tell(rows[i] as Named, i)))
        .find((texts) => !texts.includes('') && isDistinct(texts))
      return same.map((i, place) => {
        const own = telling?.[place] ?? (place === 0 ? '' : `(${place + 1})`)
        const joined = own === called[i] ? own : [called[i], own].filter(Boolean).join(own.startsWith('(') ? ' ' : ', ')
        return [i, joined] as const
      })
    })
    .sort(([a], [b]) => a - b)
    .map(([, name], i, all) => {
      // Somebody may have written what a count made of another one.
      const before = all.slice(0, i).map(([, other]) => other)
      return before.includes(name) ? `${name} (${rows[i]?.created ?? ''} ${i + 1})` : name
    })
}

/** What the names leave out, for a caption: 'They also differ in batch size and weight decay.' */
export function untoldSentence({ untold }: Pick<Names, 'untold'>): string {
  if (untold.length === 0) return ''
  const labels = untold.map(lower)
  const last = labels.at(-1) ?? ''
  const most = 4
  if (labels.length > most)
    return `They also differ in ${labels.slice(0, most - 1).join(', ')} and ${labels.length - most + 1} more settings.`
  return `They also differ in ${[labels.slice(0, -1).join(', '), last].filter(Boolean).join(' and ')}.`
}
