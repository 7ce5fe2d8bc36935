/** What has to be fetched for a data set, and from where: the table in resources/datasets.json as a download needs it. */
import type { DataSetName } from '../../experiment/experiment.ts'
import { factsOf } from './cards.ts'

/** A file with the length and SHA-256 that it must have. */
export interface WantedFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** One file to fetch; `gives` are the files of the set that come of it: itself, or what lies in the archive. */
export interface Fetchable extends WantedFile {
  /** All https, in the order in which they are tried. */
  readonly urls: readonly string[]
  /** Null for a file that is taken as it is. */
  readonly archiveFolder: string | null
  readonly gives: readonly WantedFile[]
}

export type Publishers = (name: DataSetName) => readonly Fetchable[]

/** The publishers of the sets themselves. */
export const publishers: Publishers = (name) => {
  const { downloads, files } = factsOf(name)
  return downloads.map(({ file, bytes, sha256, urls, archiveFolder }): Fetchable => {
    const itself = { name: file, bytes, sha256 }
    const members = files.map((member) => ({ name: member.name, bytes: member.bytes, sha256: member.sha256.plain }))
    return { ...itself, urls, archiveFolder, gives: archiveFolder === null ? [itself] : members }
  })
}

/** The machines that are asked, the first first, each once. */
export function hostsOf(fetchables: readonly Pick<Fetchable, 'urls'>[]): readonly string[] {
  return [...new Set(fetchables.flatMap(({ urls }) => urls.map((url) => new URL(url).host)))]
}
