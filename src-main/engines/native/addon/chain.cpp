// Chains: element-wise operations, fused and run strip by strip, so that what one makes is in the L1 cache for the next.
#include <algorithm>
#include <cstring>

#include "executor.h"

namespace apical {
namespace {

/// Rows of a panel that a strip holds: whole tiles of the outer kernel, since the multiply-adds of a smaller tile wait for
/// each other, unless a tile is so high that this would leave much of the strip empty.
int rowsOfStrip(const Kernels& kernels, int panel) {
  const int most = kStrip / panel;
  const int whole = most / kernels.tileRows(panel) * kernels.tileRows(panel);
  return 10 * whole >= 9 * most ? whole : most;
}

}  // namespace

void Executor::chain(const Instruction& in) {
  const StripOperation* stored = nullptr;
  for (const StripOperation& one : in.operations)
    if (one.kind == StripKind::store || one.direct >= 0) stored = &one;
  const Buffer& shape = plan_.buffers[stored->direct >= 0 ? stored->direct : stored->buffer];
  prepare(in);
  if (shape.batch) {
    const int step = rowStride(shape);
    if (in.partition.flat) {
      const size_t end = static_cast<size_t>(lastRow_) * step;
      for (size_t at = static_cast<size_t>(firstRow_) * step; at < end; at += kStrip)
        strip(in, shape, {0, 0, 0, static_cast<int>(std::min<size_t>(kStrip, end - at)), at});
      return;
    }
    const int width = paddedColumns(kernels_, shape);
    for (int row = firstRow_; row < lastRow_; row++)
      for (int column = 0; column < width; column += kStrip)
        strip(in, shape, {row, column, 1, std::min(kStrip, width - column), static_cast<size_t>(row) * step + column});
    return;
  }
  const PanelLayout l = layoutOf(shape);
  if (in.partition.flat) {
    const int strips = static_cast<int>((l.size() + kStrip - 1) / kStrip);
    for (int s = strips * thread_ / team_; s < strips * (thread_ + 1) / team_; s++) {
      const size_t offset = static_cast<size_t>(s) * kStrip;
      strip(in, shape, {0, 0, 0, static_cast<int>(std::min<size_t>(kStrip, l.size() - offset)), offset});
    }
    return;
  }
  const int panels = roundedUp(l.columns, l.panel) / l.panel;
  const int most = rowsOfStrip(kernels_, l.panel);
  const int pieces = (l.rows + most - 1) / most;
  const int strips = panels * pieces;
  for (int s = strips * thread_ / team_; s < strips * (thread_ + 1) / team_; s++) {
    const int panel = s / pieces;
    const int begin = s % pieces * most;
    const int end = std::min(begin + most, l.rows);
    strip(in, shape, {begin, panel * l.panel, end - begin, (end - begin) * l.panel, l.at(begin, panel * l.panel)});
  }
}

void Executor::prepare(const Instruction& in) {
  coefficients_.clear();
  for (const StripOperation& one : in.operations) {
    if (one.terms.empty() && one.kind != StripKind::sum) continue;
    for (const Term& t : one.terms) coefficients_.push_back(coefficient(t.coefficient));
    coefficients_.push_back(coefficient(one.constant));
  }
  registers_.assign(in.registers, nullptr);
  if (strips_.size() < static_cast<size_t>(in.registers) * kStrip) strips_.resize(in.registers * kStrip);
}

void Executor::strip(const Instruction& in, const Buffer& shape, const Strip& s) {
  const float* coefficients = coefficients_.data();
  for (size_t o = 0; o < in.operations.size(); o++) {
    const StripOperation& one = in.operations[o];
    float* own = one.to < 0 ? nullptr
                 : one.direct >= 0 ? at_[one.direct] + s.offset
                                   : strips_.data() + static_cast<size_t>(one.to) * kStrip;
    switch (one.kind) {
      case StripKind::load:
        registers_[one.to] = loaded(one.buffer, shape, s, own);
        continue;
      case StripKind::store:
        std::memcpy(at_[one.buffer] + s.offset, registers_[one.from], s.length * sizeof(float));
        continue;
      case StripKind::outer:
        outer(one, s, own, nullptr, nullptr, false);
        break;
      case StripKind::outerSum:
        // Weights do not fit the L2 cache: the next strip's are fetched, a tile's worth at a time, while these are computed.
        outer(one, s, own, registers_[one.terms[0].from], coefficients,
              in.prefetched >= 0 && registers_[one.terms[0].from] == at_[in.prefetched] + s.offset);
        coefficients += 3;
        break;
      case StripKind::sum: {
        terms_.clear();
        for (const Term& t : one.terms) terms_.push_back(registers_[t.from]);
        const int count = static_cast<int>(terms_.size());
        kernels_.sum(own, terms_.data(), coefficients, count, coefficients[count], s.length);
        coefficients += count + 1;
        break;
      }
      case StripKind::sumSquare: {
        const float* const terms[] = {registers_[one.terms[0].from], registers_[one.terms[1].from]};
        kernels_.sumSquare(own, terms, coefficients, coefficients[2], s.length);
        coefficients += 3;
        break;
      }
      case StripKind::multiply:
        kernels_.multiply(own, registers_[one.left], registers_[one.right], s.length);
        break;
      case StripKind::divide:
        kernels_.divide(own, registers_[one.left], registers_[one.right], s.length);
        break;
      case StripKind::divideRoot:
        kernels_.divideRoot(own, registers_[one.left], registers_[one.terms[0].from], coefficients[0], coefficients[1],
                            s.length);
        coefficients += 2;
        break;
      case StripKind::adam: {
        const StripOperation& second = in.operations[o + 1];
        const StripOperation& moved = in.operations[o + 3];
        float* const secondTo = at_[second.direct] + s.offset;
        float* const movedTo = at_[moved.direct] + s.offset;
        kernels_.adam({registers_[one.terms[1].from], registers_[one.terms[0].from], registers_[second.terms[0].from],
                       registers_[moved.terms[0].from], own, secondTo, movedTo, coefficients, s.length});
        registers_[second.to] = secondTo;
        registers_[moved.to] = movedTo;
        coefficients += 11;
        o += 3;
        break;
      }
      case StripKind::map:
        kernels_.map(own, registers_[one.from], one.map, s.length);
        break;
    }
    registers_[one.to] = own;
  }
}

void Executor::outer(const StripOperation& one, const Strip& s, float* to, const float* base,
                     const float* coefficients, bool fetch) const {
  OuterRequest q{};
  q.left = at_[one.left] + s.row;
  q.leftStep = rowStride(plan_.buffers[one.left]);
  q.right = at_[one.right] + s.column;
  q.rightStep = rowStride(plan_.buffers[one.right]);
  q.samples = rows_;
  q.rows = s.rows;
  q.panel = s.length / s.rows;
  q.scale = one.mean ? 1.0f / static_cast<float>(rows_) : 1.0f;
  q.to = to;
  q.base = base;
  q.ahead = fetch ? s.length : 0;
  if (base != nullptr) {
    q.baseCoefficient = coefficients[0];
    q.coefficient = coefficients[1];
    q.constant = coefficients[2];
  }
  kernels_.outer(q);
}

const float* Executor::loaded(int buffer, const Buffer& shape, const Strip& s, float* own) const {
  const Buffer& b = plan_.buffers[buffer];
  if (b.sameShape(shape)) return at_[buffer] + s.offset;
  if (!b.batch && b.rows * b.columns == 1) {
    std::fill(own, own + s.length, at_[buffer][0]);
  } else if (shape.batch) {
    if (b.columns == shape.columns) return at_[buffer] + s.column;
    std::fill(own, own + s.length, at_[buffer][static_cast<size_t>(s.row) * rowStride(b)]);
  } else {
    const int panel = s.length / s.rows;
    const PanelLayout l = layoutOf(shape);
    for (int k = 0; k < s.rows; k++)
      for (int j = 0; j < panel; j++) {
        const int storedRow = s.row + k;
        const int storedColumn = std::min(s.column + j, l.columns - 1);
        const int row = shape.transposed ? storedColumn : storedRow;
        const int column = shape.transposed ? storedRow : storedColumn;
        own[k * panel + j] = entry(buffer, b.rows == 1 ? 0 : row, b.columns == 1 ? 0 : column);
      }
  }
  return own;
}

}  // namespace apical
