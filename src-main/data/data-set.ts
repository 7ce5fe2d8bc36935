/** A data set as the readers of this folder return it; its samples are what programs take in. */
import type { Samples, Scaling } from '../program/samples.ts'

export type { Samples, Scaling }

/** A data set: what is learned from and what is tested on. */
export interface DataSet {
  readonly name: string
  readonly train: Samples
  readonly test: Samples
  /** One name per class, in label order. */
  readonly classNames: readonly string[]
}

/** Bytes to [0, 1], as the published configurations of MNIST and Fashion-MNIST have it. */
export const UNIT_SCALING: Scaling = { scale: [1 / 255], offset: [0] }

/** The names of `count` classes, in label order; a class without a name is called by its number. */
export function classNamesOf({ classNames }: Pick<DataSet, 'classNames'>, count: number): string[] {
  return Array.from({ length: count }, (_, i) => classNames[i] ?? String(i))
}
