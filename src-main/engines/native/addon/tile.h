// A tile of a product: rows × vectors of sums that stay in registers, which the affine and the outer kernel share.
//
// An entry of a product is one chain of multiply-adds from the first inner index to the last, whatever tile it falls
// into: so neither the number of rows at a time nor who computes them can change a bit of it.
#pragma once

#include <cstddef>

#include "vector.h"

namespace apical::APICAL_SET {
namespace {

/// Rows of a tile that many vectors wide: its sums, one row of the panel and one splat fill the registers.
constexpr int tileRows(int vectors) {
  const int rows = (APICAL_REGISTERS - vectors - 1) / vectors;
  return rows > 12 ? 12 : rows;
}

/// Columns of a panel: as many as there may be, or fewer where that saves a tenth of what padding adds to them.
int panelOf(int columns) {
  const int vectors = (columns + kWidth - 1) / kWidth;
  int best = vectors < APICAL_PANEL ? vectors : APICAL_PANEL;
  // Padding adds fewer vectors than a panel has: of so many, never a tenth.
  if (vectors >= 9 * (APICAL_PANEL - 1)) return best * kWidth;
  for (int fewer = best - 1; fewer > 0; fewer--)
    if (10 * ((vectors + fewer - 1) / fewer * fewer) < 9 * ((vectors + best - 1) / best * best)) best = fewer;
  return best * kWidth;
}

int tileRowsOf(int panel) { return tileRows(panel / kWidth); }

/// How many rows ahead a panel is prefetched: it comes from the L2 cache or from beyond.
constexpr int kAhead = 6;

/// f(i, j) for every vector of a tile. Unrolled here, since GCC keeps an array in memory that a loop indexes.
template <int Rows, int Vectors, typename F>
APICAL_INLINE void eachVector(F f) {
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; j++) f(i, j);
}

/// sums[i][j] = Σ_k a[i·rowStep + k·step] · b[k·bStep + j·width].
template <int Rows, int Vectors, bool Fetch>
APICAL_INLINE void accumulate(const float* a, ptrdiff_t rowStep, ptrdiff_t step, const float* b, ptrdiff_t bStep,
                              int depth, Vector (&sums)[Rows][Vectors]) {
  eachVector<Rows, Vectors>([&](int i, int j) { sums[i][j] = Vector{}; });
  for (int k = 0; k < depth; k++) {
    if (Fetch)
      for (int j = 0; j < Vectors * kWidth; j += 16) __builtin_prefetch(b + kAhead * Vectors * kWidth + j);
    Vector right[Vectors];
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; j++) right[j] = load(b + j * kWidth);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const Vector left = splat(a[i * rowStep]);
#pragma GCC unroll 4
      for (int j = 0; j < Vectors; j++) sums[i][j] = multiplyAdd(left, right[j], sums[i][j]);
    }
    a += step;
    b += bStep;
  }
}

/// Calls tile<rows, Vectors>(…) for as few tiles as hold all rows, of sizes that differ by one at most.
template <int Vectors, typename Tile>
APICAL_INLINE void overRows(int rows, Tile tile) {
  constexpr int kMost = tileRows(Vectors);
  const int tiles = (rows + kMost - 1) / kMost;
  int row = 0;
  for (int t = 0; t < tiles; t++) {
    const int size = (rows - row) / (tiles - t);
    tile(row, size);
    row += size;
  }
}

}  // namespace
}  // namespace apical::APICAL_SET
