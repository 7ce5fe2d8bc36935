/** The places of an experiment that hold a value, apart from what only groups them. */
import { z } from 'zod'
import { Experiment, objectIn } from './experiment.ts'

export interface Leaf {
  readonly path: readonly string[]
  readonly schema: z.core.$ZodType
  /** Of an object that may be null: as it is when it is turned on. */
  readonly begin?: () => unknown
}

/** Every one, in the order of the file; an object that may be null is a leaf itself, and its parts follow it. */
export function leavesOfExperiment(): readonly Leaf[] {
  const found: Leaf[] = []
  const visit = (schema: z.ZodObject, path: readonly string[]): void => {
    for (const [key, part] of Object.entries<z.core.$ZodType>(schema.shape)) {
      const here = [...path, key]
      const inner = objectIn(part)
      const optional = objectThatMayBeNull(part)
      if (inner !== undefined) visit(inner, here)
      else if (optional === null) found.push({ path: here, schema: part })
      else {
        found.push({ path: here, schema: part, begin: () => optional.parse({}) })
        visit(optional, here)
      }
    }
  }
  visit(Experiment, [])
  return found
}

/** The object inside a field that holds one or null; null for any other field. */
function objectThatMayBeNull(schema: z.core.$ZodType): z.ZodObject | null {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema
  const object = inner instanceof z.ZodNullable ? inner.unwrap() : null
  return object instanceof z.ZodObject ? object : null
}
