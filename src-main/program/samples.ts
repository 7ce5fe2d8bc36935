/**
 * What a program takes in: labelled samples, as every reader of `data/` returns them and every engine takes them. They
 * stand here because readers and engines are of one floor and do not know each other.
 *
 * Pixels stay as they came (bytes where the file has bytes); an engine gathers and scales them itself:
 * x = pixel · scale[c] + offset[c] with c the sample's channel of that pixel (planes one after another, C·H·W).
 */
export interface Samples {
  /** Number of samples. */
  readonly count: number
  /** Entries of one sample, C·H·W. */
  readonly features: number
  /** `count × features`, row by row. */
  readonly pixels: Uint8Array | Float32Array
  /** One class index a sample, each below `classes`. */
  readonly labels: Uint8Array | Uint16Array
  readonly classes: number
  /** Height, width and channels for drawing; null where a sample is no image. */
  readonly image: { readonly height: number; readonly width: number; readonly channels: number } | null
  readonly scaling: Scaling
}

/** An affine map per channel; one entry where all channels share it. */
export interface Scaling {
  readonly scale: readonly number[]
  readonly offset: readonly number[]
}
