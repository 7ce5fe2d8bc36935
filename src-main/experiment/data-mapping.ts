/**
 * How a person's own files become a data set: which column is the class, what is left out, how numbers are scaled, what
 * is tested on. One schema for the command line, the form and the file that is kept with the set; null stands for what is
 * recognised from the files or suits them, and the kept file says what that was.
 */
import { z } from 'zod'
import type { Description } from './experiment.ts'

/** The name of a person's set, which is that of its folder too. */
export const OwnDataSetName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)

/** The most classes a set of one's own may have. */
export const MOST_CLASSES = 1000

export const SEPARATORS = ['comma', 'semicolon', 'tab', 'bar', 'space'] as const
export const DECIMALS = ['point', 'comma'] as const
export const SCALINGS = ['none', 'unit', 'standard'] as const
export const SPLITS = ['files', 'fraction', 'column'] as const
/** What happens to a sample of which a number or the label is missing. */
export const MISSING = ['refuse', 'drop'] as const

type Said = Pick<Description, 'label' | 'help' | 'optionLabels' | 'empty'>

function said<S extends z.ZodType>(schema: S, words: Said): S {
  return schema.meta({ ...words })
}

const ColumnName = z.string().min(1).max(500)
const Side = z.int().min(1).max(4096)

export const ImageShape = z.strictObject({ height: Side, width: Side, channels: z.union([z.literal(1), z.literal(3)]) })

export const DataMapping = z.strictObject({
  name: said(OwnDataSetName, {
    label: 'Name',
    help: 'What experiments call it: lower-case letters, digits and hyphens.',
  }),
  title: said(z.string().trim().min(1).max(80), { label: 'Title', help: 'What people call it.' }),
  labelColumn: said(ColumnName.nullable().default(null), {
    label: 'Label column',
    help: 'The column, or the array, that holds the class of each sample.',
    empty: 'recognised',
  }),
  leaveOut: said(z.array(ColumnName).max(10_000).default([]), {
    label: 'Left out',
    help: 'Columns that are no features, such as row numbers and names.',
  }),
  header: said(z.boolean().nullable().default(null), {
    label: 'First line',
    help: 'Whether the first line of the file holds the names of the columns.',
    empty: 'recognised',
  }),
  separator: said(z.enum(SEPARATORS).nullable().default(null), {
    label: 'Separator',
    help: 'What stands between the columns of a text file.',
    empty: 'recognised',
  }),
  decimal: said(z.enum(DECIMALS).nullable().default(null), {
    label: 'Decimal mark',
    help: 'Whether one and a half is written 1.5 or 1,5.',
    optionLabels: { point: 'point (1.5)', comma: 'comma (1,5)' },
    empty: 'recognised',
  }),
  missing: said(z.enum(MISSING).default('refuse'), {
    label: 'Missing values',
    help: 'What happens to samples that lack a number or their label.',
    optionLabels: { refuse: 'refuse the file', drop: 'leave the sample out' },
  }),
  scaling: said(z.enum(SCALINGS).nullable().default(null), {
    label: 'Scaling',
    help: 'By the training samples alone: columns each by their own, images as a whole (to 0–1) or by channel (standardised: mean 0, deviation 1).',
    optionLabels: { none: 'none', unit: 'to 0–1', standard: 'standardised' },
    empty: 'images to 0–1, tables standardised',
  }),
  split: said(z.enum(SPLITS).nullable().default(null), {
    label: 'Test samples',
    help: 'Which samples are kept for testing.',
    optionLabels: { files: 'those of the test files', fraction: 'a random fraction', column: 'by a column' },
    empty: 'the test files where there are any, else a fraction',
  }),
  testFraction: said(z.number().gt(0).max(0.5).default(0.2), {
    label: 'Test fraction',
    help: 'The share of the samples that is kept for testing.',
  }),
  stratified: said(z.boolean().default(true), { label: 'Stratified', help: 'Takes the same fraction of every class.' }),
  splitSeed: said(z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0), {
    label: 'Split seed',
    help: 'Decides which samples are kept for testing.',
  }),
  splitColumn: said(ColumnName.nullable().default(null), {
    label: 'Split column',
    help: 'The column that says of each sample whether it is for testing.',
  }),
  testValue: said(z.string().max(500).default('test'), {
    label: 'Test value',
    help: 'What stands in that column for test samples; all others are trained on.',
  }),
  image: said(ImageShape.nullable().default(null), {
    label: 'Image shape',
    help: 'Height × width, and × 3 for colour (red, green and blue planes one after another). Set where rows of numbers are images.',
    empty: 'as the files say',
  }),
})

export type DataMapping = z.infer<typeof DataMapping>

/** A setting of the mapping as a form shows it. */
export interface DataMappingField {
  readonly key: keyof DataMapping
  readonly label: string
  readonly help: string
  readonly optionLabels: Readonly<Record<string, string>>
  /** What null stands for; '' where it cannot be null. */
  readonly empty: string
}

export function dataMappingFields(): DataMappingField[] {
  return (Object.keys(DataMapping.shape) as (keyof DataMapping)[]).map((key) => {
    const { label, help = '', optionLabels = {}, empty = '' } = DataMapping.shape[key].meta() as unknown as Said
    return { key, label, help, optionLabels, empty }
  })
}
