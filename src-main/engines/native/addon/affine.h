// The affine kernel: products, added terms and an activation in one pass over each tile.
#pragma once

#include <cstddef>
#include <utility>

#include "kernels.h"
#include "tile.h"
#include "vector.h"

namespace apical::APICAL_SET {
namespace {

template <int Rows, int Vectors>
void affineTile(const AffineRequest& q, int row, int panel) {
  constexpr int kPanel = Vectors * kWidth;
  const int column = panel * kPanel;
  Vector sums[Rows][Vectors];
  Vector aside[Rows][Vectors];
  for (int p = 0; p < q.productCount; p++) {
    const TileProduct& product = q.products[p];
    accumulate<Rows, Vectors, true>(product.left + row * product.leftStep, product.leftStep, 1,
                              product.right + static_cast<ptrdiff_t>(column) * product.depth, kPanel, product.depth,
                              sums);
    const Vector coefficient = splat(product.coefficient);
    if (p == 0)
      eachVector<Rows, Vectors>([&](int i, int j) { sums[i][j] = sums[i][j] * coefficient; });
    else
      eachVector<Rows, Vectors>([&](int i, int j) { sums[i][j] = sums[i][j] * coefficient + aside[i][j]; });
    if (p + 1 < q.productCount) eachVector<Rows, Vectors>([&](int i, int j) { aside[i][j] = sums[i][j]; });
  }
  if (q.constant != 0) {
    const Vector constant = splat(q.constant);
    eachVector<Rows, Vectors>([&](int i, int j) { sums[i][j] += constant; });
  }
  for (int s = 0; s < q.streamCount; s++) {
    const TileStream& stream = q.streams[s];
    const Vector coefficient = splat(stream.coefficient);
    const ptrdiff_t step = stream.rowStep;
    const float* from = stream.from + row * step + column * stream.columnStep;
    if (stream.columnStep == 1)
      eachVector<Rows, Vectors>([&](int i, int j) {
        sums[i][j] = multiplyAdd(coefficient, load(from + i * step + j * kWidth), sums[i][j]);
      });
    else
      eachVector<Rows, Vectors>(
          [&](int i, int j) { sums[i][j] = multiplyAdd(coefficient, splat(from[i * step]), sums[i][j]); });
  }
  // What a store might overwrite, for all that the compiler knows, would be read again after each.
  const ptrdiff_t step = q.rowStep;
  const ptrdiff_t to = row * step + column;
  float* const mapped = q.mapped;
  const Map map = q.map;
  if (q.raw != nullptr) {
    float* const raw = q.raw + to;
    eachVector<Rows, Vectors>([&](int i, int j) { store(raw + i * step + j * kWidth, sums[i][j]); });
  }
  if (mapped == nullptr) return;
  if (map == Map::hardSigmoid)
    eachVector<Rows, Vectors>([&](int i, int j) { store(mapped + to + i * step + j * kWidth, clipped(sums[i][j])); });
  else
    eachVector<Rows, Vectors>([&](int i, int j) { store(mapped + to + i * step + j * kWidth, rectified(sums[i][j])); });
}

template <int Vectors, int... Sizes>
void affineTileOf(const AffineRequest& q, int row, int size, int panel, std::integer_sequence<int, Sizes...>) {
  using Function = void (*)(const AffineRequest&, int, int);
  static constexpr Function kTiles[] = {affineTile<Sizes + 1, Vectors>...};
  kTiles[size - 1](q, row, panel);
}

template <int Vectors>
void affinePanels(const AffineRequest& q) {
  const int panels = (q.columns + Vectors * kWidth - 1) / (Vectors * kWidth);
  // The panel stays in the L2 cache while all rows pass it. Of a matrix that is read forwards and backwards in turn, a
  // part is still there from the last pass.
  const int first = panels * q.part / q.parts;
  const int last = panels * (q.part + 1) / q.parts;
  for (int p = first; p < last; p++) {
    const int panel = q.backwards ? last - 1 - (p - first) : p;
    overRows<Vectors>(q.rows, [&](int row, int size) {
      affineTileOf<Vectors>(q, row, size, panel, std::make_integer_sequence<int, tileRows(Vectors)>{});
    });
  }
}

void affine(const AffineRequest& q) {
  switch (panelOf(q.columns) / kWidth) {
    case 1:
      return affinePanels<1>(q);
#if APICAL_PANEL >= 2
    case 2:
      return affinePanels<2>(q);
#endif
#if APICAL_PANEL >= 3
    case 3:
      return affinePanels<3>(q);
#endif
#if APICAL_PANEL >= 4
    case 4:
      return affinePanels<4>(q);
#endif
  }
}

}  // namespace
}  // namespace apical::APICAL_SET
