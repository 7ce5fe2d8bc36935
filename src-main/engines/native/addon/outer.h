// The outer kernel: a strip of an outer product over the batch, added to a base while it is in registers.
#pragma once

#include <cstddef>
#include <utility>

#include "kernels.h"
#include "tile.h"
#include "vector.h"

namespace apical::APICAL_SET {
namespace {

template <int Rows, int Vectors>
void outerTile(const OuterRequest& q, int row) {
  if (q.ahead != 0)
    for (int i = 0; i < Rows * Vectors * kWidth; i += 16)
      __builtin_prefetch(q.base + static_cast<ptrdiff_t>(row) * q.panel + q.ahead + i);
  Vector sums[Rows][Vectors];
  accumulate<Rows, Vectors, false>(q.left + row, 1, q.leftStep, q.right, q.rightStep, q.samples, sums);
  const Vector scale = splat(q.scale);
  // What a store might overwrite, for all that the compiler knows, would be read again after each.
  const ptrdiff_t at = static_cast<ptrdiff_t>(row) * q.panel;
  float* const to = q.to + at;
  if (q.base == nullptr) {
    eachVector<Rows, Vectors>([&](int i, int j) { store(to + (i * Vectors + j) * kWidth, sums[i][j] * scale); });
    return;
  }
  const float* const base = q.base + at;
  const Vector baseCoefficient = splat(q.baseCoefficient);
  const Vector coefficient = splat(q.coefficient);
  const Vector constant = splat(q.constant);
  eachVector<Rows, Vectors>([&](int i, int j) {
    const int here = (i * Vectors + j) * kWidth;
    const Vector based = multiplyAdd(baseCoefficient, load(base + here), constant);
    store(to + here, multiplyAdd(coefficient, sums[i][j] * scale, based));
  });
}

template <int Vectors, int... Sizes>
void outerTileOf(const OuterRequest& q, int row, int size, std::integer_sequence<int, Sizes...>) {
  using Function = void (*)(const OuterRequest&, int);
  static constexpr Function kTiles[] = {outerTile<Sizes + 1, Vectors>...};
  kTiles[size - 1](q, row);
}

template <int Vectors>
void outerRows(const OuterRequest& q) {
  overRows<Vectors>(q.rows, [&](int row, int size) {
    outerTileOf<Vectors>(q, row, size, std::make_integer_sequence<int, tileRows(Vectors)>{});
  });
}

void outer(const OuterRequest& q) {
  switch (q.panel / kWidth) {
    case 1:
      return outerRows<1>(q);
#if APICAL_PANEL >= 2
    case 2:
      return outerRows<2>(q);
#endif
#if APICAL_PANEL >= 3
    case 3:
      return outerRows<3>(q);
#endif
#if APICAL_PANEL >= 4
    case 4:
      return outerRows<4>(q);
#endif
  }
}

}  // namespace
}  // namespace apical::APICAL_SET
