// The arithmetic that an instruction set provides: tiles of products with their tail, and strips.
#pragma once

#include <cstddef>
#include <cstdint>

namespace apical {

enum class Map {
  none,
  hardSigmoid,
  relu,
  sigmoid,
  tanh,
  exp,
  log,
  sqrt,
  square,
  absolute,
  hardSigmoidSlope,
  reluSlope,
  sigmoidSlope,
  tanhSlope,
  logit,
  artanh,
  slopeOfSigmoid,
};

/// left · right of some rows: entry (i, k) of left is left[i·leftStep + k], right is stored in panels of its columns.
struct TileProduct {
  const float* left;
  ptrdiff_t leftStep;
  const float* right;
  int depth;
  float coefficient;
};

/// coefficient · stream, where entry (i, j) is from[i·rowStep + j·columnStep]; columnStep is 1 or 0.
struct TileStream {
  const float* from;
  ptrdiff_t rowStep;
  int columnStep;
  float coefficient;
};

/// raw = Σ products + Σ streams + constant and mapped = map(raw), for `rows` rows and a part of the panels of `columns`:
/// those from panels · part / parts on.
struct AffineRequest {
  int rows;
  int columns;
  const TileProduct* products;
  int productCount;
  const TileStream* streams;
  int streamCount;
  float constant;
  Map map;
  float* raw;
  float* mapped;
  ptrdiff_t rowStep;
  /// From the last panel to the first, with the same result.
  bool backwards;
  int part;
  int parts;
};

/// to[k·panel + j] = p, or with a base constant + baseCoefficient · base[k·panel + j] + coefficient · p, for k < rows and
/// j < panel, where p = scale · Σ_b left[b·leftStep + k] · right[b·rightStep + j].
struct OuterRequest {
  const float* left;
  ptrdiff_t leftStep;
  const float* right;
  ptrdiff_t rightStep;
  int samples;
  int rows;
  int panel;
  float scale;
  float* to;
  const float* base;
  /// Floats from the base to what is prefetched meanwhile; 0 for nothing.
  int ahead;
  float baseCoefficient;
  float coefficient;
  float constant;
};

/// first = c₂ + c₀ · firstBefore + c₁ · gradient, second = c₅ + c₃ · secondBefore + c₄ · gradient² and
/// moved = c₁₀ + c₈ · weights + c₉ · first / (c₇ + c₆ · √second); each may be written where it is read.
struct AdamRequest {
  const float* gradient;
  const float* firstBefore;
  const float* secondBefore;
  const float* weights;
  float* first;
  float* second;
  float* moved;
  const float* coefficients;
  int length;
};

struct Kernels {
  const char* name;
  /// Floats per vector; strips are whole vectors.
  int width;
  /// Columns of a panel, for a matrix with so many columns.
  int (*panel)(int columns);
  /// Rows that the outer kernel computes at a time, for a panel of so many columns.
  int (*tileRows)(int panel);
  void (*affine)(const AffineRequest&);
  void (*outer)(const OuterRequest&);
  void (*sum)(float* to, const float* const* terms, const float* coefficients, int count, float constant, int length);
  /// to = constant + coefficients[0] · terms[0] + coefficients[1] · terms[1]².
  void (*sumSquare)(float* to, const float* const* terms, const float* coefficients, float constant, int length);
  void (*multiply)(float* to, const float* a, const float* b, int length);
  void (*divide)(float* to, const float* a, const float* b, int length);
  /// to = a / (constant + coefficient · √b).
  void (*divideRoot)(float* to, const float* a, const float* b, float coefficient, float constant, int length);
  void (*adam)(const AdamRequest&);
  void (*map)(float* to, const float* from, Map map, int length);
  /// Multiply-adds in registers; returns how many floating-point operations they were.
  double (*peak)(int rounds, float* sink);
  /// Reads and writes each of so many floats once; a multiple of 4 vectors.
  void (*pass)(float* at, size_t floats);
};

/// The sets of this build that the processor has, the widest first.
const Kernels* const* availableKernels(int* count);

}  // namespace apical
