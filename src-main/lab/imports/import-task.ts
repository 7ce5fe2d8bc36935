/** What a process for imports is asked, and what it says. */
import { z } from 'zod'
import { DataMapping } from '../../experiment/data-mapping.ts'
import type { Stage } from './add.ts'

export const ImportTask = z.object({
  kind: z.enum(['look', 'add']),
  paths: z.array(z.string()).min(1),
  tests: z.array(z.string()),
  mapping: DataMapping,
})
export type ImportTask = z.infer<typeof ImportTask>

export type ImportMessage =
  | { readonly kind: 'progress'; readonly stage: Stage; readonly rows: number }
  /** A look; null once a set was added. */
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly message: string; readonly next: string }
