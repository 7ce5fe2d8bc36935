/** What is known of every data set before any file is read: resources/datasets.json, checked when it is loaded. */
import { z } from 'zod'
import { DATASET_NAMES, type DataSetName } from '../../experiment/experiment.ts'
import { DASHES } from '../../experiment/data-card.ts'
import { knownDataSets } from '../../experiment/data-sets.ts'
import { Sha256 } from '../../experiment/sha256.ts'
import { DataProblem } from '../../data/problem.ts'
import facts from '../../../resources/datasets.json' with { type: 'json' }

const Count = z.int().min(1)

const PublishedFile = z.strictObject({
  /** As unpacked; on disk it may carry `.gz` or `.xz`. */
  name: z.string().regex(/^[\w.-]+$/),
  part: z.enum(['train', 'test']),
  holds: z.enum(['images', 'labels', 'records']),
  /** Unpacked. */
  bytes: Count,
  /** Of the file as unpacked and as packed, where that is known. */
  sha256: z.strictObject({ plain: Sha256, gz: Sha256.optional(), xz: Sha256.optional() }),
})

/**
 * One file that is fetched. Where the SHA-256 come from: those of MNIST and Fashion-MNIST are of the files whose MD5
 * torchvision and the sets' own pages publish, and TensorFlow Datasets pins the same; those of the CIFAR archives are
 * pinned by TensorFlow Datasets (the authors' page publishes the MD5 of the same archives), and what lies in them is
 * known file by file besides. Addresses in the order in which they are tried: the publisher's own first, except MNIST's,
 * whose page answers no more; then where the large frameworks take it from.
 */
const Download = z.strictObject({
  file: z.string().regex(/^[\w-][\w.-]*$/),
  bytes: Count,
  sha256: Sha256,
  urls: z.array(z.url({ protocol: /^https$/ })).min(1),
  /** The folder in the archive that holds the set's files; null for a file that is taken as it is. */
  archiveFolder: z
    .string()
    .regex(/^[\w-][\w.-]*$/)
    .nullable(),
})

const Facts = z.strictObject({
  name: z.enum(DATASET_NAMES),
  label: z.string(),
  dash: z.enum(DASHES),
  about: z.string(),
  /** 'built in': drawn from a seed; 'shipped': in `resources`; else that of its files. */
  format: z.enum(['built in', 'shipped', 'idx', 'cifar-10', 'cifar-100']),
  classNames: z.array(z.string()).min(2),
  features: Count,
  /** Null where samples are no images. */
  image: z.strictObject({ height: Count, width: Count, channels: Count }).nullable(),
  /** Width of a hidden layer that suits it; null where the usual one does. */
  hidden: Count.nullable(),
  trainCount: Count,
  testCount: Count,
  licence: z.string(),
  citation: z.string(),
  homepage: z.url().nullable(),
  /** What its folder is called under a folder of data sets. */
  folders: z.array(z.string()),
  files: z.array(PublishedFile),
  downloads: z.array(Download),
  /** A part of the training set that may stand in for all its files, by name only. */
  trainSubset: z.strictObject({ count: Count, label: z.string(), file: PublishedFile }).nullable(),
})

export type DataSetFacts = z.infer<typeof Facts>
export type PublishedFile = z.infer<typeof PublishedFile>

/** Every data set, in the order people see them. */
export const dataSetFacts: readonly DataSetFacts[] = z
  .strictObject({ version: z.literal(1), dataSets: z.array(Facts).length(DATASET_NAMES.length) })
  .parse(facts).dataSets

/** The facts of one set that comes with Apical. @throws DataProblem when it is none */
export function factsOf(name: DataSetName): DataSetFacts {
  const found = dataSetFacts.find((one) => one.name === name)
  if (found === undefined)
    throw new DataProblem(
      'data set',
      `one of ${knownDataSets().join(', ')}`,
      JSON.stringify(name),
      'Choose one of these, or add your own.',
    )
  return found
}

/** Which published file has this SHA-256, packed or not; undefined for none. */
export function publishedAs(sha256: string): { readonly set: DataSetFacts; readonly file: PublishedFile } | undefined {
  for (const set of dataSetFacts)
    for (const file of set.trainSubset === null ? set.files : [...set.files, set.trainSubset.file])
      if (Object.values(file.sha256).includes(sha256)) return { set, file }
  return undefined
}
