// What lower.ts makes of a program, as the executor reads it.
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
  bool flipped;
  int parameter;
  // As it lies in memory.
  int storedRows() const { return flipped ? columns : rows; }
  int storedColumns() const { return flipped ? rows : columns; }
  bool sameShape(const Buffer& o) const { return batch == o.batch && rows == o.rows && columns == o.columns; }
};

struct ScalarAt {
  int offset;
  bool moving;
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
    for (const ScalarAt& at : monomial.scalars) product *= scalars[at.offset + (at.moving ? iteration : 0)];
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

/// outerSum: an outer product, and with it in registers the sum that alone reads it; terms[0] is the other term.
enum class StripKind { load, store, outer, outerSum, sum, multiply, divide, map };

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
  /// Memory that the result is made in at once, where no later operation reads what is there; else −1.
  int direct = -1;
};

enum class Over { rows, columns, all };
enum class Kind { input, fill, copy, transpose, affine, chain, product, softmax, reduce, measure, repeat };

/// How an instruction is divided among the threads of one network.
struct Division {
  /// Each takes some samples; or some panels of columns for all samples; or strips of a matrix; or the first does it all.
  enum class By { rows, columns, strips, first } by = By::first;
  /// Of strips: those of equal shape fall to the same threads.
  int rows = 0;
  int columns = 0;
  bool flat = false;
  /// Whether each thread, after an instruction divided so, goes on with what it made itself.
  bool ownsWhatNext(const Division& o) const {
    return by == o.by && (by == By::rows || (by == By::strips && rows == o.rows && columns == o.columns && flat == o.flat));
  }
};

struct Instruction {
  Kind kind;
  Division division;
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
  /// Of a chain, the matrix to fetch ahead, or −1.
  int fetched = -1;
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
  std::vector<Pair> exchanged;
};

struct Plan {
  std::vector<Buffer> buffers;
  std::vector<Instruction> instructions;
  int scores = -1;
};

/// Says of every instruction how it is divided and where threads wait, and of every strip where it is made.
void settle(Plan& plan);

}  // namespace apical
