/**
 * The element-wise functions in WGSL. A driver may assume that there is no NaN, so comparisons look at bits: a network
 * that diverged must be seen, not clipped away.
 */
import type { MapName } from '../../program/activations.ts'

export type ShaderMap = MapName | 'slopeOfSigmoid'

/** Body of each `fn(v: f32) -> f32`, with the functions it calls. */
const BODIES: Readonly<Record<ShaderMap, { readonly body: string; readonly calls?: readonly ShaderMap[] }>> = {
  hardSigmoid: { body: 'return select(clamp(v, 0f, 1f), v, isNan(v));' },
  relu: { body: 'return select(max(v, 0f), v, isNan(v));' },
  sigmoid: { body: 'return select(1f / (1f + exp(-v)), v, isNan(v));' },
  // The driver's own tanh overflows for large v on some; this cannot.
  tanh: { body: 'let e = exp(-2f * abs(v)); return select(sign(v) * (1f - e) / (1f + e), v, isNan(v));' },
  exp: { body: 'return select(exp(v), v, isNan(v));' },
  log: { body: 'return select(log(v), v, isNan(v));' },
  sqrt: { body: 'return sqrt(v);' },
  square: { body: 'return v * v;' },
  absolute: { body: 'return abs(v);' },
  hardSigmoidSlope: { body: 'return select(select(0f, 1f, v > 0f && v < 1f), v, isNan(v));' },
  reluSlope: { body: 'return select(select(0f, 1f, v > 0f), v, isNan(v));' },
  sigmoidSlope: { body: 'let s = sigmoidOf(v); return s * (1f - s);', calls: ['sigmoid'] },
  /** Of σ(v), where that is at hand. */
  slopeOfSigmoid: { body: 'return v * (1f - v);' },
  tanhSlope: { body: 'let t = tanhOf(v); return 1f - t * t;', calls: ['tanh'] },
  logit: { body: 'return select(log(v / (1f - v)), v, isNan(v));' },
  artanh: { body: 'return select(0.5f * log((1f + v) / (1f - v)), v, isNan(v));' },
}

/** A call of a map in a shader that has its definition. */
export function mapped(name: ShaderMap, value: string): string {
  return `${name}Of(${value})`
}

/** Definitions of the maps that a text calls. */
export function mapDefinitions(text: string): string {
  const wanted = new Set<ShaderMap>()
  for (const name of Object.keys(BODIES) as ShaderMap[]) {
    if (!text.includes(`${name}Of(`)) continue
    BODIES[name].calls?.forEach((called) => wanted.add(called))
    wanted.add(name)
  }
  const order = (Object.keys(BODIES) as ShaderMap[]).filter((name) => wanted.has(name))
  return [
    'fn isNan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }',
    ...order.map((name) => `fn ${name}Of(v: f32) -> f32 { ${BODIES[name].body} }`),
  ].join('\n')
}
