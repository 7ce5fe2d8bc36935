/** An experiment as a report tells it: a file that is handed on, so without the paths of this machine, and with checksums. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ReportedRecord } from '../../contract.ts'
import { readRecordInTurns, readState } from './read.ts'
import { withoutPaths } from './without-paths.ts'

/** What made the result and what is it; logs, checkpoints and labels change without it. */
const OF_THE_RESULT =
  /^((experiment|environment|summary|inspection)\.json|seed-\d+[\\/](metrics\.jsonl|weights\.safetensors))$/

export async function readForReport(folder: string, kind: 'run' | 'sample' = 'run'): Promise<ReportedRecord> {
  const record = await readRecordInTurns(folder, kind)
  const { dataFolder } = readState(folder)
  const said = (text: string): string => withoutPaths(text, folder, dataFolder)
  const maybe = (text: string | null): string | null => (text === null ? null : said(text))
  const warnings = [...record.warnings]
  const checksums = await checksumsOf(folder, record.files, warnings)
  const { row, inspection } = record
  return {
    ...record,
    row: { ...row, reason: maybe(row.reason), note: said(row.note), notes: said(row.notes) },
    folder: row.id,
    seeds: record.seeds.map((seed) => ({
      ...seed,
      collapsed: seed.collapsed === null ? null : { ...seed.collapsed, reason: said(seed.collapsed.reason) },
      atChance: seed.atChance === null ? null : { ...seed.atChance, reason: said(seed.atChance.reason) },
    })),
    outcomes: record.outcomes.map((outcome) => ({ ...outcome, reason: maybe(outcome.reason) })),
    notes: said(record.notes),
    inspection: inspection === null ? null : { ...inspection, notes: inspection.notes.map(said) },
    warnings: warnings.map(said),
    checksums,
  }
}

/** In the order of the files; one that went away or cannot be read is told of, and the others are there. */
async function checksumsOf(
  folder: string,
  files: ReportedRecord['files'],
  warnings: string[],
): Promise<ReportedRecord['checksums']> {
  const sums: { path: string; bytes: number; sha256: string }[] = []
  for (const { path } of files.filter((file) => OF_THE_RESULT.test(file.path))) {
    try {
      const hash = createHash('sha256')
      let bytes = 0
      await pipeline(createReadStream(join(folder, path)), async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          bytes += chunk.length
          hash.update(chunk)
        }
      })
      sums.push({ path: path.replaceAll('\\', '/'), bytes, sha256: hash.digest('hex') })
    } catch (error) {
      warnings.push(`${path} has no checksum: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }
  return sums
}
