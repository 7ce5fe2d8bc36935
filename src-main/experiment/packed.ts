/** Numbers that cross a wire as one byte each. */

/** Values as bytes: low + byte / 255 · (high − low). */
export interface Packed {
  readonly low: number
  readonly high: number
  /** Base64. */
  readonly bytes: string
}
