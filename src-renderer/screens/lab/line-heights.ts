/** Heights of the table's lines, in pixels: known before they are drawn. */
export const LINE = 36
export const HEAD = 36
export const SEED_LINE = 24
const ROOM = 9

/** Of an unfolded experiment: the head of its table, a line for each seed, and what they say together. */
export function seedsHeight(seeds: number): number {
  return ROOM + SEED_LINE * (1 + seeds + (seeds > 1 ? 1 : 0))
}
