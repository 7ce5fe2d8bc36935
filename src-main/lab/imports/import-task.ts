/** What a process for imports is asked, and what it says. */
import { z } from 'zod'
import { DataMapping } from '../../experiment/data-mapping.ts'
import type { SaidByProcess } from '../machine.ts'
import type { Stage } from './add.ts'

export const ImportTask = z.object({
  kind: z.enum(['look', 'add']),
  paths: z.array(z.string()).min(1),
  tests: z.array(z.string()),
  mapping: DataMapping,
})
export type ImportTask = z.infer<typeof ImportTask>

export interface ImportProgress {
  readonly stage: Stage
  readonly rows: number
}

/** Its result is a look; null once a set was added. */
export type ImportMessage = SaidByProcess<ImportProgress>
