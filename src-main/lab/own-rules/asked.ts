/** What the process that runs a rule's file is asked, and what it says. */
import { z } from 'zod'

export interface AskedOfFile {
  /** What the file is called, in the traces of its errors. */
  readonly file: string
  /** All of it. */
  readonly text: string
  /** Null to ask what the rule says of itself. */
  readonly network: { readonly settings: unknown; readonly widths: readonly number[] } | null
}

export const SaidByFile = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('card'), card: z.unknown() }),
  z.object({
    kind: z.literal('traced'),
    traced: z.unknown(),
    /** Lines of the file, by the parameter or report that they name. */
    lines: z.record(z.string(), z.int().min(1)),
  }),
  z.object({
    kind: z.literal('problems'),
    problems: z.array(z.object({ key: z.string().max(100), message: z.string().max(2000) })).max(100),
  }),
  z.object({
    kind: z.literal('wrong'),
    message: z.string().max(20_000),
    line: z.int().min(1).nullable(),
  }),
])
export type SaidByFile = z.infer<typeof SaidByFile>
