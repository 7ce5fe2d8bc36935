// The plan of lowering/plan.ts, with what schedule.cpp adds for the executor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels.h"

namespace apical {

struct Buffer {
  bool batch;
  int rows;
  int columns;
  bool transposed;
  int parameter;
  // As stored in memory.
  int storedRows() const { return transposed ? columns : rows; }
  int storedColumns() const { return transposed ? rows : columns; }
  bool sameShape(const Buffer& o) const { return batch == o.batch && rows == o.rows && columns == o.columns; }
};

struct ScalarAt {
  int offset;
  bool perIteration;
};

struct Monomial {
  double factor;
  std::vector<ScalarAt> scalars;
};

using Coefficient = std::vector<Monomial>;

inline float valueOf(const Coefficient& coefficient, const double* scalars, int iteration) {
  double sum = 0;
  for (const Monomial& monomial : coefficient) {
    double product = monomial.factor;
    for (const ScalarAt& at : monomial.scalars) product *= scalars[at.offset + (at.perIteration ? iteration : 0)];
    sum += product;
  }
  return static_cast<float>(sum);
}

struct Term {
  Coefficient coefficient;
  int from;
};

struct Product {
  Coefficient coefficient;
  int left;
  int right;
};

/// What scheduling fuses: outerSum, an outer product with the sum that is its only reader (terms[0] is the sum's other
/// term); sumSquare, a sum whose last term, terms[1], is squared; divideRoot, left / (terms[0] of a root + constant);
/// adam, a sum that is computed in one pass with the sumSquare, the divideRoot and the sum that follow it.
enum class StripKind { load, store, outer, outerSum, sum, sumSquare, multiply, divide, divideRoot, adam, map };

struct StripOperation {
  StripKind kind;
  int to = -1;
  int from = -1;
  int left = -1;
  int right = -1;
  int buffer = -1;
  bool mean = false;
  Map map = Map::none;
  std::vector<Term> terms;
  Coefficient constant;
  /// The buffer that the result is computed in, without a store; −1 where that would overwrite what is still read.
  int direct = -1;
};

enum class Over { rows, columns, all };
enum class Kind { input, fill, copy, transpose, affine, chain, product, softmax, reduce, measure, count, repeat };

/// How an instruction is partitioned among the threads of one network.
struct Partition {
  /// Each takes some samples; or some panels of columns for all samples; or strips of a matrix; or the first does it all.
  enum class By { rows, columns, strips, first } by = By::first;
  /// Of strips: those of equal shape fall to the same threads.
  int rows = 0;
  int columns = 0;
  /// Of a chain: it runs over the memory end to end, since all that it loads has its shape or is one number.
  bool flat = false;
  /// Whether each thread needs, of what it computed here, only its own part for an instruction partitioned like `next`.
  bool feedsOwnThread(const Partition& next) const {
    return by == next.by && (by == By::rows || (by == By::strips && rows == next.rows && columns == next.columns &&
                                                flat == next.flat));
  }
};

struct Instruction {
  Kind kind;
  Partition partition;
  /// The threads of one network wait for each other before it.
  bool barrier = false;
  int from = -1;
  int to = -1;
  bool labels = false;
  float number = 0;
  std::vector<Product> products;
  std::vector<Term> streams;
  Coefficient constant;
  Map map = Map::none;
  int raw = -1;
  int mapped = -1;
  int registers = 0;
  /// Of a chain, the matrix to prefetch, or −1.
  int prefetched = -1;
  std::vector<StripOperation> operations;
  int left = -1;
  int right = -1;
  bool transposeLeft = false;
  bool transposeRight = false;
  bool mean = false;
  Over over = Over::all;
  int measurement = -1;
  int count = 0;
  std::vector<Instruction> body;
  struct Pair {
    int a;
    int b;
  };
  std::vector<Pair> swaps;
};

struct Plan {
  std::vector<Buffer> buffers;
  std::vector<Instruction> instructions;
  int scores = -1;
};

}  // namespace apical
