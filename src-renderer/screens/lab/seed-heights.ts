/** Heights of an unfolded experiment, in pixels: known before it is drawn, as those of all lines. */
export const SEED_LINE = 24
/** What stands around the lines of the seeds: the head of their table and the room above and below. */
export const SEED_HEAD = SEED_LINE + 9
export const LINE = 36
export const HEAD = 36
