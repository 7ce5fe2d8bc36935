/**
 * The element-wise functions a program may name. Each is a pure function of one number; engines other than the
 * reference compute the same with their own kernels and are held to these by test.
 */
const clip = (v: number): number => (v < 0 ? 0 : v > 1 ? 1 : v)
const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v))

/** NaN passes through every function that compares, so that a diverged network is seen and not clipped away. */
export const MAPS = {
  /** clip(v, 0, 1). */
  hardSigmoid: (v: number): number => (Number.isNaN(v) ? v : clip(v)),
  /** max(v, 0). */
  relu: (v: number): number => (Number.isNaN(v) ? v : v > 0 ? v : 0),
  /** σ(v) = 1/(1 + e⁻ᵛ). */
  sigmoid,
  /** tanh v. */
  tanh: Math.tanh,
  /** eᵛ. */
  exp: Math.exp,
  /** The natural logarithm. */
  log: Math.log,
  /** √v. */
  sqrt: Math.sqrt,
  /** v². */
  square: (v: number): number => v * v,
  /** The size of v without its sign. */
  absolute: Math.abs,
  /** 1 where 0 < v < 1, else 0. */
  hardSigmoidSlope: (v: number): number => (Number.isNaN(v) ? v : v > 0 && v < 1 ? 1 : 0),
  /** 1 where v > 0, else 0: at 0 the derivative is 0, as published. */
  reluSlope: (v: number): number => (Number.isNaN(v) ? v : v > 0 ? 1 : 0),
  /** σ(v)(1 − σ(v)). */
  sigmoidSlope: (v: number): number => sigmoid(v) * (1 - sigmoid(v)),
  /** 1 − tanh²(v). */
  tanhSlope: (v: number): number => 1 - Math.tanh(v) ** 2,
  /** σ⁻¹(v) = log(v / (1 − v)); ±∞ at 1 and 0, which σ turns back. */
  logit: (v: number): number => Math.log(v / (1 - v)),
  /** tanh⁻¹(v) = ½ log((1 + v)/(1 − v)). */
  artanh: (v: number): number => 0.5 * Math.log((1 + v) / (1 - v)),
} as const satisfies Record<string, (v: number) => number>

export type MapName = keyof typeof MAPS
