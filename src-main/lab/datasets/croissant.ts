/**
 * The card of a data set as Croissant 1.0 (JSON-LD of ML Commons), from what Apical knows of it: its files with their
 * SHA-256, where the publisher has them, its classes, and of a table its columns. Nothing else is said: no author, no
 * date, and no licence of a person's own data.
 * Source: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
 */
import { DataProblem } from '../../data/problem.ts'
import { knownDataSets } from '../../experiment/data-sets.ts'
import { builtInDetail, isBuiltIn } from './built-in.ts'
import { dataSetFacts, type DataSetFacts } from './cards.ts'
import { type OwnRecord, ownRecord } from './own.ts'

const VERSION = 'http://mlcommons.org/croissant/1.0'

/** What every file of the format begins with, to the letter. */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  ...prefixed(['citeAs', 'column', 'equivalentProperty', 'extract', 'field', 'fileProperty', 'fileObject', 'fileSet']),
  ...prefixed(['format', 'includes', 'isLiveDataset', 'jsonPath', 'key', 'md5', 'parentField', 'path', 'recordSet']),
  ...prefixed(['references', 'regex', 'repeated', 'replace', 'samplingRate', 'separator', 'source', 'subField']),
  ...prefixed(['transform']),
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  sc: 'https://schema.org/',
}

function prefixed(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(words.map((word) => [word, `cr:${word}`]))
}

/** The whole of the file. @throws DataProblem for a set that is not known, or whose record cannot be read */
export function croissantOf(name: string): unknown {
  const facts = dataSetFacts.find((one) => one.name === name)
  if (facts !== undefined) return ofPublished(facts)
  const record = ownRecord(name)
  if (record !== null) return ofOwn(record)
  throw new DataProblem(
    'data set',
    `one of ${knownDataSets().join(', ')}`,
    JSON.stringify(name),
    '"apical data list" says what each is.',
  )
}

function ofPublished(facts: DataSetFacts): unknown {
  const { name, label, licence, citation, homepage, downloads, files, trainCount, testCount } = facts
  const about = isBuiltIn(facts) ? builtInDetail(facts) : facts.about
  return {
    ...begun(name, `${label}. ${about} ${trainCount} training and ${testCount} test samples.`),
    license: licence,
    citeAs: citation,
    ...(homepage === null ? {} : { url: homepage }),
    distribution: downloads.flatMap(({ file, bytes, sha256, urls, archiveFolder }) => [
      {
        ...fileObject(file, file, bytes, sha256),
        contentUrl: urls[0],
        ...(urls.length > 1 ? { sameAs: urls.slice(1) } : {}),
      },
      ...(archiveFolder === null
        ? []
        : files.map((member) => ({
            ...fileObject(member.name, member.name, member.bytes, member.sha256.plain),
            contentUrl: `${archiveFolder}/${member.name}`,
            containedIn: { '@id': file },
          }))),
    ]),
    recordSet: [classesOf(facts.classNames)],
  }
}

function ofOwn(record: OwnRecord): unknown {
  const { name, label, made, sources, trainCounts, testCounts, columnNames, mapping, classNames, notes } = record
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
  const [only] = sources.length === 1 ? sources : []
  const table = only !== undefined && /\.(csv|parquet)$/i.test(only.file) && columnNames !== null ? columnNames : null
  return {
    ...begun(
      name,
      [
        `${label}. ${sum(trainCounts)} training and ${sum(testCounts)} test samples of ${record.features} features in ${classNames.length} classes.`,
        ...notes,
      ].join(' '),
    ),
    dateCreated: made,
    distribution: sources.map(({ file, bytes, sha256 }) => fileObject(file, file, bytes, sha256)),
    recordSet: [
      classesOf(classNames),
      ...(table === null || only === undefined ? [] : [samplesOf(only.file, table, mapping.labelColumn)]),
    ],
  }
}

function begun(name: string, description: string): Readonly<Record<string, unknown>> {
  return { '@context': CONTEXT, '@type': 'sc:Dataset', conformsTo: VERSION, name, description }
}

function fileObject(id: string, name: string, bytes: number, sha256: string): Readonly<Record<string, unknown>> {
  return {
    '@type': 'cr:FileObject',
    '@id': id,
    name,
    contentUrl: name,
    contentSize: `${bytes} B`,
    encodingFormat: formatOf(name),
    sha256,
  }
}

const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/\.tar\.gz$/i, 'application/x-tar'],
  [/\.gz$/i, 'application/gzip'],
  [/\.csv$/i, 'text/csv'],
  [/\.tsv$/i, 'text/tab-separated-values'],
  [/\.parquet$/i, 'application/x-parquet'],
  [/\.np[yz]$/i, 'application/octet-stream'],
  [/\.png$/i, 'image/png'],
]

function formatOf(name: string): string {
  return FORMATS.find(([ending]) => ending.test(name))?.[1] ?? 'application/octet-stream'
}

/** What the labels 0, 1, … stand for. */
function classesOf(classNames: readonly string[]): unknown {
  const field = (id: string, dataType: string): unknown => ({
    '@type': 'cr:Field',
    '@id': `classes/${id}`,
    name: id,
    dataType,
  })
  return {
    '@type': 'cr:RecordSet',
    '@id': 'classes',
    name: 'classes',
    dataType: 'sc:Enumeration',
    key: { '@id': 'classes/label' },
    field: [field('label', 'sc:Integer'), field('name', 'sc:Text')],
    data: classNames.map((name, label) => ({ 'classes/label': label, 'classes/name': name })),
  }
}

/** The columns of a table: its features as numbers, its label as text. */
function samplesOf(file: string, features: readonly string[], label: string | null): unknown {
  const field = (column: string, dataType: string): unknown => ({
    '@type': 'cr:Field',
    '@id': `samples/${column}`,
    name: column,
    dataType,
    source: { fileObject: { '@id': file }, extract: { column } },
  })
  return {
    '@type': 'cr:RecordSet',
    '@id': 'samples',
    name: 'samples',
    field: [
      ...features.map((column) => field(column, 'sc:Float')),
      ...(label === null ? [] : [field(label, 'sc:Text')]),
    ],
  }
}
