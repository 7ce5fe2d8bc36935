// The kernels of one instruction set. Compiled once for each, with APICAL_SET (its namespace), APICAL_WIDTH,
// APICAL_REGISTERS and APICAL_PANEL (vectors side by side in a panel).
#include "kernels.h"

#include "affine.h"
#include "element-wise.h"
#include "outer.h"
#include "vector.h"

namespace apical::APICAL_SET {
namespace {

/// Independent chains enough to fill every pipe, nothing read or written.
double peak(int rounds, float* sink) {
  constexpr int kChains = APICAL_REGISTERS > 16 ? 24 : 12;
  Vector chains[kChains];
#pragma GCC unroll 24
  for (int i = 0; i < kChains; i++) chains[i] = splat(sink[0] + static_cast<float>(i));
  const Vector factor = splat(sink[1]);
  const Vector added = splat(sink[2]);
  for (int r = 0; r < rounds; r++)
    // Without the unrolling the chains live in memory, and half the peak is what comes out.
#pragma GCC unroll 24
    for (int i = 0; i < kChains; i++) chains[i] = multiplyAdd(chains[i], factor, added);
  Vector total{};
#pragma GCC unroll 24
  for (int i = 0; i < kChains; i++) total += chains[i];
  store(sink, total);
  return 2.0 * rounds * kChains * kWidth;
}

void pass(float* at, size_t floats) {
  constexpr int kAtOnce = 4;
  const Vector factor = splat(0.5f);
  for (size_t i = 0; i < floats; i += kAtOnce * kWidth) {
    Vector values[kAtOnce];
#pragma GCC unroll 4
    for (int j = 0; j < kAtOnce; j++) values[j] = load(at + i + j * kWidth);
#pragma GCC unroll 4
    for (int j = 0; j < kAtOnce; j++) store(at + i + j * kWidth, values[j] * factor);
  }
}

}  // namespace

#define APICAL_STRING(name) #name
#define APICAL_NAME(name) APICAL_STRING(name)
extern const Kernels kKernels;
const Kernels kKernels = {APICAL_NAME(APICAL_SET), kWidth, panelOf,   tileRowsOf, affine,     outer, sum,
                          sumSquare,               multiply, divide,  divideRoot, adam, map,        peak,  pass};

}  // namespace apical::APICAL_SET
