/** What a person is told of a data set: where it is, what is in it, what getting it would mean and how that goes. */

import type { Plane } from '../data/plane.ts'

/** How the lines of a data set's experiments are drawn, beside their rule's colour. */
export const DASHES = ['solid', 'dashed', 'dotted', 'long'] as const
export type Dash = (typeof DASHES)[number]

export interface DataSetCard {
  readonly name: string
  readonly label: string
  readonly dash: Dash
  readonly classes: number
  readonly features: number
  /** Width of a hidden layer that suits it, where the usual one does not; null where it does. */
  readonly hidden: number | null
  readonly trainCount: number
  readonly testCount: number
  readonly state: 'built in' | 'present' | 'missing' | 'broken'
  /** Where it was found; null where it was not. */
  readonly folder: string | null
  /** Where it was looked for in vain; empty where it was found. */
  readonly looked: readonly string[]
  /** What is missing, broken or only a part of it, and what to do, in sentences; empty where all is as published. */
  readonly detail: string
  /** What downloading it would mean; null where there is nothing to get. */
  readonly download: DownloadOffer | null
  readonly licence: string
  /** Added by the person, who can remove it. */
  readonly own: boolean
}

/** What downloading a data set would mean, said before anything is fetched. */
export interface DownloadOffer {
  /** All that comes over the network, and how much of it was fetched earlier and is kept. */
  readonly bytes: number
  readonly have: number
  /** What it still takes on disk, unpacked files and archive together; and what is free there, null where that is unknown. */
  readonly onDisk: number
  readonly free: number | null
  /** The machines that are asked, in this order. */
  readonly hosts: readonly string[]
  /** The folder that it fills. */
  readonly folder: string
}

/** A download since the lab was opened: under way, or how it ended. */
export interface Download {
  readonly name: string
  readonly state: 'fetching' | 'checking' | 'unpacking' | 'done' | 'stopped' | 'failed'
  readonly bytes: number
  readonly total: number
  /** Null while too little came to tell. */
  readonly bytesPerSecond: number | null
  readonly secondsLeft: number | null
  /** Why it failed and what to do; null otherwise. */
  readonly problem: { readonly message: string; readonly next: string } | null
}

/** Some samples of a data set, as they are drawn. */
export interface DataPreview {
  readonly image: { readonly height: number; readonly width: number; readonly channels: number } | null
  readonly classNames: readonly string[]
  /** Samples of each class in this part. */
  readonly counts: readonly number[]
  /** Samples of this part, and how many of them the class asked for has. */
  readonly total: number
  readonly matching: number
  readonly samples: readonly { readonly index: number; readonly label: number }[]
  /** Bytes of the samples one after another, channel by channel, in base64. */
  readonly pixels: string
  /** Where samples are points of a plane; null where they are not. */
  readonly plane: PlanePreview | null
  /** Where samples are neither images nor points: the first columns of each, as in the file that they came from. */
  readonly table: {
    readonly columns: readonly string[]
    /** All columns, shown or not. */
    readonly features: number
    readonly rows: readonly (readonly number[])[]
  } | null
  /** SHA-256 of each file, or the generator's name and version. */
  readonly checksums: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/** Samples as points of a plane, x and y in turn in base64 of float32: those of the page, and the cloud that they are of. */
export interface PlanePreview {
  /** What holds all samples of the part. */
  readonly plane: Plane
  readonly points: string
  /** Of the class asked for, or of all; no more than can be told apart. Empty where samples were asked for by their places. */
  readonly cloud: string
  /** Base64 of uint16. */
  readonly cloudLabels: string
}
