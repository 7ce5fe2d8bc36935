/**
 * What was recorded of runs as an RO-Crate 1.1 after the profile Process Run Crate 0.5: one JSON-LD in which each run is an
 * action, Apical its instrument, the experiment and the data its objects, and what it left its results. Nothing is in it
 * that no file says: no author and no licence unless the person names them, nobody who ran it, no end of a run that has none.
 * Sources: https://w3id.org/ro/crate/1.1, https://w3id.org/ro/wfrun/process/0.5
 */
import type { Written } from '../storage.ts'
import type { ExportedRun } from './run-tables.ts'

export const CRATE_FILE = 'ro-crate-metadata.json'
const CRATE = 'https://w3id.org/ro/crate/1.1'
const TERMS = 'https://w3id.org/ro/terms/workflow-run'
const PROFILE = 'https://w3id.org/ro/wfrun/process/0.5'

export interface CratedRun extends Pick<ExportedRun, 'record' | 'seconds'> {
  /** Where its files lie in the crate, 'RUN/'; '' where the crate is the run's own folder. */
  readonly folder: string
  /** Their paths in the crate. */
  readonly files: readonly Written[]
  /** When it came to its end, ISO 8601; null where it did not. */
  readonly ended: string | null
}

export interface CrateAbout {
  /** ISO 8601. */
  readonly made: string
  /** Files made of the runs: tables, weights, a report. */
  readonly others: readonly Written[]
  readonly author: string | null
  /** An address, or words. */
  readonly licence: string | null
}

type Entity = Readonly<Record<string, unknown>> & { readonly '@id': string }
interface Reference {
  readonly '@id': string
}

/** The whole of ro-crate-metadata.json. */
export function crateOf(runs: readonly CratedRun[], about: CrateAbout): unknown {
  const [only] = runs.length === 1 ? runs : []
  const whole = only?.folder === '' ? only : undefined
  const author: Entity | null =
    about.author === null ? null : { '@id': '#author', '@type': 'Person', name: about.author }
  const root: Entity = {
    '@id': './',
    '@type': 'Dataset',
    conformsTo: to(PROFILE),
    name: only?.record.row.name ?? `${runs.length} experiments`,
    description: only === undefined ? runs.map(({ record }) => record.row.name).join('; ') : aboutRun(only.record),
    datePublished: withOffset(about.made),
    // Every crate has to say one.
    license:
      about.licence === null ? 'No licence is stated.' : isAddress(about.licence) ? to(about.licence) : about.licence,
    ...(author === null ? {} : { author: to(author['@id']) }),
    hasPart: oneOrMore([
      ...about.others.map(({ path }) => to(idOf(path))),
      ...(whole === undefined ? runs.map(({ folder }) => to(idOf(folder))) : partsOf(whole)),
    ]),
    mentions: oneOrMore(runs.map((run) => to(actionId(run)))),
  }
  const parts = runs.flatMap((run): Entity[] => [
    ...(run.folder === ''
      ? []
      : [{ '@id': idOf(run.folder), '@type': 'Dataset', name: run.record.row.name, hasPart: oneOrMore(partsOf(run)) }]),
    ...run.files.map((file) => fileEntity(file, run.folder)),
  ])
  const graph: readonly Entity[] = [
    { '@id': CRATE_FILE, '@type': 'CreativeWork', about: to('./'), conformsTo: to(CRATE) },
    root,
    { '@id': PROFILE, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
    ...about.others.map((file) => fileEntity(file, '')),
    ...parts,
    ...runs.flatMap((run) => [actionOf(run), ...dataOf(run), ...usageOf(run)]),
    ...instrumentsOf(runs),
    ...(author === null ? [] : [author]),
    ...(about.licence !== null && isAddress(about.licence)
      ? [{ '@id': about.licence, '@type': 'CreativeWork', name: about.licence }]
      : []),
  ]
  const known = new Map(graph.map((entity) => [entity['@id'], entity]))
  return {
    '@context': [`${CRATE}/context`, `${TERMS}/context`],
    '@graph': [...known.values()],
  }
}

/** JSON-LD has no lists of one; undefined leaves nothing behind. */
function oneOrMore(all: readonly Reference[]): Reference | readonly Reference[] | undefined {
  return all.length > 1 ? all : all[0]
}

/** '…Z' as '…+00:00', which checkers of the profile take. */
const withOffset = (iso: string): string => iso.replace(/Z$/, '+00:00')
const to = (id: string): Reference => ({ '@id': id })
const isAddress = (text: string): boolean => /^https?:\/\/\S+$/.test(text)
/** A path as the address that it is in a crate. */
const idOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
const actionId = ({ record }: CratedRun): string => `#run-${encodeURIComponent(record.row.id)}`
const partsOf = ({ files }: CratedRun): readonly Reference[] => files.map(({ path }) => to(idOf(path)))

const FORMATS: Readonly<Record<string, string>> = {
  json: 'application/json',
  jsonl: 'application/jsonl',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  npz: 'application/zip',
  html: 'text/html',
  md: 'text/markdown',
  txt: 'text/plain',
  safetensors: 'application/octet-stream',
}

function fileEntity({ path, bytes, sha256 }: Written, folder: string): Entity {
  const format = FORMATS[/\.([a-z]+)$/.exec(path)?.[1] ?? '']
  return {
    '@id': idOf(path),
    '@type': 'File',
    name: path.slice(folder.length),
    contentSize: String(bytes),
    sha256,
    ...(format === undefined ? {} : { encodingFormat: format }),
  }
}

/** What is trained from. */
const ASKED = /^(experiment|rule)\.json$/
/** What a person wrote, or what tells of the folder. */
const BESIDE = /^(README\.txt|notes\.md|labels\.json|status\.json)$/

function actionOf(run: CratedRun): Entity {
  const { record, folder, files, ended } = run
  const { row, environment, command } = record
  const named = files.map(({ path }) => ({ path, name: path.slice(folder.length) }))
  const results = named.filter(({ name }) => !ASKED.test(name) && !BESIDE.test(name))
  const failed = row.state === 'failed'
  const completed = row.state === 'done' || row.state === 'collapsed' || row.state === 'sample'
  return {
    '@id': actionId(run),
    '@type': 'CreateAction',
    name: `Training of ${row.name}`,
    description: `${command}${environment === null ? '' : `. ${machineWords(environment)}`}`,
    instrument: to(instrumentId(environment?.apical)),
    object: oneOrMore([
      ...named.filter(({ name }) => ASKED.test(name)).map(({ path }) => to(idOf(path))),
      ...dataOf(run).map((one) => to(one['@id'])),
    ]),
    result: oneOrMore(results.map(({ path }) => to(idOf(path)))),
    ...(environment === null ? {} : { startTime: withOffset(environment.started) }),
    ...(ended === null ? {} : { endTime: withOffset(ended) }),
    ...(completed || failed
      ? { actionStatus: `http://schema.org/${failed ? 'Failed' : 'Completed'}ActionStatus` }
      : {}),
    ...(failed && row.reason !== null ? { error: row.reason } : {}),
    resourceUsage: oneOrMore(usageOf(run).map((one) => to(one['@id']))),
  }
}

function aboutRun({ row }: ExportedRun['record']): string {
  return `${row.ruleLabel} on ${row.datasetLabel}, network ${row.widths.join('-')}, ${row.epochsDone} of ${row.epochs} epochs, seeds ${row.seeds.join(', ')}`
}

function machineWords({
  engine,
  device,
  precision,
  cpu,
  cores,
  memoryBytes,
  os,
  node,
}: NonNullable<ExportedRun['record']['environment']>): string {
  return `Engine ${engine} (${device}), ${precision}; ${cpu}, ${cores} cores, ${memoryBytes} bytes of memory, ${os}, Node ${node}`
}

/** Each file of the data with its SHA-256, or its generator with the version. */
function dataOf({ record }: CratedRun): readonly Entity[] {
  return Object.entries(record.environment?.data ?? {}).map(([name, value]) => ({
    '@id': `#data-${encodeURIComponent(`${record.row.dataset}-${name}-${value}`)}`,
    '@type': 'PropertyValue',
    name: `${record.row.datasetLabel}: ${name}`,
    ...(/^[0-9a-f]{64}$/.test(value) ? { propertyID: 'sha256' } : {}),
    value,
  }))
}

function usageOf(run: CratedRun): readonly Entity[] {
  const { seconds } = run
  if (seconds === 0) return []
  return [
    {
      '@id': `${actionId(run)}-seconds`,
      '@type': 'PropertyValue',
      name: 'Seconds of training and evaluation on the clock',
      value: String(seconds),
      unitText: 's',
    },
  ]
}

const instrumentId = (version: string | undefined): string => `#apical${version === undefined ? '' : `-${version}`}`

function instrumentsOf(runs: readonly CratedRun[]): readonly Entity[] {
  return runs.map(({ record: { environment } }) => ({
    '@id': instrumentId(environment?.apical),
    '@type': 'SoftwareApplication',
    name: 'Apical',
    ...(environment === null ? {} : { softwareVersion: environment.apical }),
  }))
}
