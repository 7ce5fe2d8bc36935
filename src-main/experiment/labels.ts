/** What a person says of experiments beside notes, and how they look at the table of them. */
import { z } from 'zod'

export const Tag = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}]+$/u, 'a tag has no control characters')

/** What an experiment is called; its folder keeps the name it was made with. */
export const ExperimentTitle = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]+$/u, 'a name has no control characters')

/** What a person says of experiments beside notes; what is left out stays as it is. */
export const LabelChange = z.strictObject({
  addTags: z.array(Tag).max(50).optional(),
  removeTags: z.array(Tag).max(50).optional(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  name: ExperimentTitle.optional(),
})
export type LabelChange = z.infer<typeof LabelChange>

const Chosen = z.array(z.string().max(200)).max(500)

/** How the Lab table is looked at. What a later version chose and this one does not know is passed over. */
export const LabView = z.strictObject({
  text: z.string().max(2000),
  /** What rows may have, by kind; an empty list lets all through. */
  filters: z.record(z.string().max(50), Chosen),
  showArchived: z.boolean(),
  /** The first decides, the next where it does not. */
  sorting: z.array(z.strictObject({ by: z.string().max(200), down: z.boolean() })).max(10),
  groups: Chosen,
  /** In order. */
  columns: Chosen,
})
export type LabView = z.infer<typeof LabView>

export const SavedView = z.strictObject({ name: z.string().trim().min(1).max(100), view: LabView })
export type SavedView = z.infer<typeof SavedView>
