/** Which replicas' parameters are all finite, in one dispatch: each workgroup looks at a share and notes what it saw. */
import { wrapped } from './shader.ts'
import { THREADS } from './writer.ts'

/** Workgroups for one replica; each notes a number at the beginning of its replica's values. */
export const FINITE_GROUPS = 32

export const FINITE_CODE = wrapped(
  `fn look(g: u32, tid: u32) {
var bad = 0f;
for (var i = g * ${THREADS}u + tid; i < frame.strides.z; i += ${FINITE_GROUPS * THREADS}u) {
if ((bitcast<u32>(W[baseW + i]) & 0x7f800000u) == 0x7f800000u) { bad = 1f; }
}
partial[tid].x = bad;
workgroupBarrier();
if (tid == 0u) {
for (var i = 0u; i < ${THREADS}u; i++) { bad += partial[i].x; }
V[baseV + g] = bad;
}
}`,
  'look(g, tid);',
  0,
  { threads: THREADS },
)
