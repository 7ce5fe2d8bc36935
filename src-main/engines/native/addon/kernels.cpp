// Compiled once for each instruction set, with APICAL_SET (its namespace), APICAL_WIDTH, APICAL_REGISTERS and
// APICAL_PANEL (vectors side by side in a panel).
//
// An entry of a product is one chain of multiply-adds from the first inner index to the last, whatever tile it falls
// into: so neither the number of rows at a time nor who computes them can change a bit of it.
#include "kernels.h"

#include <utility>

#include "vector.h"

namespace apical::APICAL_SET {
namespace {

/// Rows of a tile that many vectors wide: its sums, one row of the panel and one splat fill the registers.
constexpr int tileRows(int vectors) {
  const int rows = (APICAL_REGISTERS - vectors - 1) / vectors;
  return rows > 12 ? 12 : rows;
}

int panelOf(int columns) {
  const int vectors = (columns + kWidth - 1) / kWidth;
  return (vectors < APICAL_PANEL ? vectors : APICAL_PANEL) * kWidth;
}

/// So many rows of a panel before they are needed they are fetched: a panel comes from the second cache or from beyond.
constexpr int kAhead = 6;

/// sums[i][j] = Σ_k a[i·rowStep + k·step] · b[k·bStep + j·width].
template <int Rows, int Vectors, bool Fetch>
APICAL_INLINE void accumulate(const float* a, ptrdiff_t rowStep, ptrdiff_t step, const float* b, ptrdiff_t bStep,
                              int depth, Vector (&sums)[Rows][Vectors]) {
  for (int i = 0; i < Rows; i++)
    for (int j = 0; j < Vectors; j++) sums[i][j] = Vector{};
  for (int k = 0; k < depth; k++) {
    if (Fetch)
      for (int j = 0; j < Vectors * kWidth; j += 16) __builtin_prefetch(b + kAhead * Vectors * kWidth + j);
    Vector right[Vectors];
    for (int j = 0; j < Vectors; j++) right[j] = load(b + j * kWidth);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const Vector left = splat(a[i * rowStep]);
      for (int j = 0; j < Vectors; j++) sums[i][j] = multiplyAdd(left, right[j], sums[i][j]);
    }
    a += step;
    b += bStep;
  }
}

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
    for (int i = 0; i < Rows; i++)
      for (int j = 0; j < Vectors; j++) {
        const Vector scaled = sums[i][j] * coefficient;
        sums[i][j] = p == 0 ? scaled : scaled + aside[i][j];
      }
    if (p + 1 < q.productCount)
      for (int i = 0; i < Rows; i++)
        for (int j = 0; j < Vectors; j++) aside[i][j] = sums[i][j];
  }
  if (q.constant != 0) {
    const Vector constant = splat(q.constant);
    for (int i = 0; i < Rows; i++)
      for (int j = 0; j < Vectors; j++) sums[i][j] += constant;
  }
  for (int s = 0; s < q.streamCount; s++) {
    const TileStream& stream = q.streams[s];
    const Vector coefficient = splat(stream.coefficient);
    const float* from = stream.from + row * stream.rowStep + column * stream.columnStep;
    if (stream.columnStep == 1)
      for (int i = 0; i < Rows; i++)
        for (int j = 0; j < Vectors; j++)
          sums[i][j] = multiplyAdd(coefficient, load(from + i * stream.rowStep + j * kWidth), sums[i][j]);
    else
      for (int i = 0; i < Rows; i++) {
        const Vector same = splat(from[i * stream.rowStep]);
        for (int j = 0; j < Vectors; j++) sums[i][j] = multiplyAdd(coefficient, same, sums[i][j]);
      }
  }
  const ptrdiff_t to = row * q.rowStep + column;
  if (q.raw != nullptr)
    for (int i = 0; i < Rows; i++)
      for (int j = 0; j < Vectors; j++) store(q.raw + to + i * q.rowStep + j * kWidth, sums[i][j]);
  if (q.mapped == nullptr) return;
  if (q.map == Map::hardSigmoid)
    for (int i = 0; i < Rows; i++)
      for (int j = 0; j < Vectors; j++) store(q.mapped + to + i * q.rowStep + j * kWidth, clipped(sums[i][j]));
  else
    for (int i = 0; i < Rows; i++)
      for (int j = 0; j < Vectors; j++) store(q.mapped + to + i * q.rowStep + j * kWidth, rectified(sums[i][j]));
}

template <int Rows, int Vectors>
void outerTile(const OuterRequest& q, int row) {
  Vector sums[Rows][Vectors];
  accumulate<Rows, Vectors, false>(q.left + row, 1, q.leftStep, q.right, q.rightStep, q.samples, sums);
  const Vector scale = splat(q.scale);
  const ptrdiff_t at = static_cast<ptrdiff_t>(row) * q.panel;
  if (q.base == nullptr) {
    for (int i = 0; i < Rows; i++)
      for (int j = 0; j < Vectors; j++) store(q.to + at + (i * Vectors + j) * kWidth, sums[i][j] * scale);
    return;
  }
  const Vector baseCoefficient = splat(q.baseCoefficient);
  const Vector coefficient = splat(q.coefficient);
  const Vector constant = splat(q.constant);
  for (int i = 0; i < Rows; i++)
    for (int j = 0; j < Vectors; j++) {
      const ptrdiff_t here = at + (i * Vectors + j) * kWidth;
      const Vector based = multiplyAdd(baseCoefficient, load(q.base + here), constant);
      store(q.to + here, multiplyAdd(coefficient, sums[i][j] * scale, based));
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

template <int Vectors, int... Sizes>
void affineTileOf(const AffineRequest& q, int row, int size, int panel, std::integer_sequence<int, Sizes...>) {
  using Function = void (*)(const AffineRequest&, int, int);
  static constexpr Function kTiles[] = {affineTile<Sizes + 1, Vectors>...};
  kTiles[size - 1](q, row, panel);
}

template <int Vectors, int... Sizes>
void outerTileOf(const OuterRequest& q, int row, int size, std::integer_sequence<int, Sizes...>) {
  using Function = void (*)(const OuterRequest&, int);
  static constexpr Function kTiles[] = {outerTile<Sizes + 1, Vectors>...};
  kTiles[size - 1](q, row);
}

template <int Vectors>
void affinePanels(const AffineRequest& q) {
  const int panels = (q.columns + Vectors * kWidth - 1) / (Vectors * kWidth);
  // The panel stays in the second cache while all rows pass it. Of a matrix that is read forwards and backwards in turn,
  // a part is still there from the time before.
  const int first = panels * q.part / q.parts;
  const int last = panels * (q.part + 1) / q.parts;
  for (int p = first; p < last; p++) {
    const int panel = q.backwards ? last - 1 - (p - first) : p;
    overRows<Vectors>(q.rows, [&](int row, int size) {
      affineTileOf<Vectors>(q, row, size, panel, std::make_integer_sequence<int, tileRows(Vectors)>{});
    });
  }
}

template <int Vectors>
void outerRows(const OuterRequest& q) {
  overRows<Vectors>(q.rows, [&](int row, int size) {
    outerTileOf<Vectors>(q, row, size, std::make_integer_sequence<int, tileRows(Vectors)>{});
  });
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

template <int Count>
APICAL_INLINE void sumOf(float* to, const float* const* terms, const float* coefficients, float constant, int length) {
  for (int i = 0; i < length; i += kWidth) {
    Vector sum = splat(constant);
    for (int t = 0; t < Count; t++) sum = multiplyAdd(splat(coefficients[t]), load(terms[t] + i), sum);
    store(to + i, sum);
  }
}

void sum(float* to, const float* const* terms, const float* coefficients, int count, float constant, int length) {
  switch (count) {
    case 0:
      return sumOf<0>(to, terms, coefficients, constant, length);
    case 1:
      return sumOf<1>(to, terms, coefficients, constant, length);
    case 2:
      return sumOf<2>(to, terms, coefficients, constant, length);
    case 3:
      return sumOf<3>(to, terms, coefficients, constant, length);
    case 4:
      return sumOf<4>(to, terms, coefficients, constant, length);
    default:
      for (int i = 0; i < length; i += kWidth) {
        Vector s = splat(constant);
        for (int t = 0; t < count; t++) s = multiplyAdd(splat(coefficients[t]), load(terms[t] + i), s);
        store(to + i, s);
      }
  }
}

void multiply(float* to, const float* a, const float* b, int length) {
  for (int i = 0; i < length; i += kWidth) store(to + i, load(a + i) * load(b + i));
}

void divide(float* to, const float* a, const float* b, int length) {
  for (int i = 0; i < length; i += kWidth) store(to + i, load(a + i) / load(b + i));
}

template <typename F>
APICAL_INLINE void mapped(float* to, const float* from, int length, F f) {
  for (int i = 0; i < length; i += kWidth) store(to + i, f(load(from + i)));
}

void map(float* to, const float* from, Map map, int length) {
  const Vector zero{};
  const Vector one = splat(1.0f);
  switch (map) {
    case Map::none:
      return mapped(to, from, length, [](Vector v) { return v; });
    case Map::hardSigmoid:
      return mapped(to, from, length, clipped);
    case Map::relu:
      return mapped(to, from, length, rectified);
    case Map::sigmoid:
      return mapped(to, from, length, sigmoid);
    case Map::tanh:
      return mapped(to, from, length, hyperbolicTangent);
    case Map::exp:
      return mapped(to, from, length, exponential);
    case Map::log:
      return mapped(to, from, length, [](Vector v) { return each(v, [](float x) { return std::log(x); }); });
    case Map::sqrt:
      return mapped(to, from, length, squareRoot);
    case Map::square:
      return mapped(to, from, length, [](Vector v) { return v * v; });
    case Map::absolute:
      return mapped(to, from, length, absolute);
    case Map::hardSigmoidSlope:
      return mapped(to, from, length, [&](Vector v) {
        const Vector slope = v > zero ? (v < one ? one : zero) : zero;
        return v != v ? v : slope;
      });
    case Map::reluSlope:
      return mapped(to, from, length, [&](Vector v) {
        const Vector slope = v > zero ? one : zero;
        return v != v ? v : slope;
      });
    case Map::sigmoidSlope:
      return mapped(to, from, length, [&](Vector v) {
        const Vector s = sigmoid(v);
        return s * (one - s);
      });
    case Map::slopeOfSigmoid:
      return mapped(to, from, length, [&](Vector s) { return s * (one - s); });
    case Map::tanhSlope:
      return mapped(to, from, length, [&](Vector v) {
        const Vector t = hyperbolicTangent(v);
        return one - t * t;
      });
    case Map::logit:
      return mapped(to, from, length,
                    [](Vector v) { return each(v, [](float x) { return std::log(x / (1 - x)); }); });
    case Map::artanh:
      return mapped(to, from, length, [](Vector v) { return each(v, [](float x) { return std::atanh(x); }); });
  }
}

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

}  // namespace

#define APICAL_STRING(name) #name
#define APICAL_NAME(name) APICAL_STRING(name)
extern const Kernels kKernels;
const Kernels kKernels = {APICAL_NAME(APICAL_SET), kWidth, panelOf,  affine, outer, sum,
                          multiply,                divide, map,      peak};

}  // namespace apical::APICAL_SET
