// Reductions, softmax and the products that no inner loop needs.
#include <algorithm>
#include <cmath>

#include "executor.h"

namespace apical {
namespace {

/// Σ values, in lanes that a compiler can vectorise: a sparse layer is summed in every iteration.
double total(const float* values, int count) {
  constexpr int kLanes = 16;
  double lanes[kLanes] = {};
  int j = 0;
  for (; j + kLanes <= count; j += kLanes)
    for (int lane = 0; lane < kLanes; lane++) lanes[lane] += values[j + lane];
  for (; j < count; j++) lanes[j % kLanes] += values[j];
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

double totalOfBatch(const float* values, int rows, int columns, int stride) {
  double sum = 0;
  for (int i = 0; i < rows; i++) sum += total(values + static_cast<size_t>(i) * stride, columns);
  return sum;
}

/// In the order in which it is stored: a panel's padding is not its matrix's.
double totalOfPanels(const float* values, const PanelLayout& l) {
  const int whole = l.columns / l.panel;
  double sum = 0;
  for (int panel = 0; panel < whole; panel++)
    sum += total(values + static_cast<size_t>(panel) * l.panel * l.rows, l.panel * l.rows);
  const float* last = values + static_cast<size_t>(whole) * l.panel * l.rows;
  for (int i = 0; i < l.rows; i++) sum += total(last + static_cast<size_t>(i) * l.panel, l.columns % l.panel);
  return sum;
}

}  // namespace

void Executor::product(const Instruction& in) const {
  const Buffer& out = plan_.buffers[in.to];
  const Buffer& left = plan_.buffers[in.left];
  const int depth = in.transposeLeft ? rowsOf(left) : left.columns;
  const float scale = in.mean ? 1.0f / static_cast<float>(depth) : 1.0f;
  for (int i = 0; i < rowsOf(out); i++)
    for (int j = 0; j < out.columns; j++) {
      double sum = 0;
      for (int k = 0; k < depth; k++)
        sum += static_cast<double>(in.transposeLeft ? entry(in.left, k, i) : entry(in.left, i, k)) *
               (in.transposeRight ? entry(in.right, j, k) : entry(in.right, k, j));
      entry(in.to, i, j) = static_cast<float>(sum) * scale;
    }
}

void Executor::softmax(const Instruction& in) const {
  const Buffer& b = plan_.buffers[in.from];
  const int first = b.batch ? firstRow_ : 0;
  const int last = b.batch ? lastRow_ : b.rows;
  for (int i = first; i < last; i++) {
    float most = -INFINITY;
    for (int j = 0; j < b.columns; j++) most = std::max(most, entry(in.from, i, j));
    float sum = 0;
    for (int j = 0; j < b.columns; j++) sum += entry(in.to, i, j) = std::exp(entry(in.from, i, j) - most);
    for (int j = 0; j < b.columns; j++) entry(in.to, i, j) /= sum;
  }
}

void Executor::reduce(const Instruction& in) {
  const Buffer& b = plan_.buffers[in.from];
  const int rows = rowsOf(b);
  if (in.over == Over::columns) {
    const int first = b.batch ? firstRow_ : 0;
    const int last = b.batch ? lastRow_ : rows;
    const float scale = in.mean ? 1.0f / static_cast<float>(b.columns) : 1.0f;
    for (int i = first; i < last; i++) {
      double sum = 0;
      if (b.batch)
        sum = total(at_[in.from] + static_cast<size_t>(i) * rowStride(b), b.columns);
      else
        for (int j = 0; j < b.columns; j++) sum += entry(in.from, i, j);
      entry(in.to, i, 0) = static_cast<float>(sum) * scale;
    }
  } else if (in.over == Over::rows && b.batch) {
    // Row by row: each is contiguous.
    const int step = rowStride(b);
    const int width = paddedColumns(kernels_, b);
    float* to = at_[in.to];
    const float scale = in.mean ? 1.0f / static_cast<float>(rows) : 1.0f;
    std::fill(to, to + width, 0.0f);
    for (int i = 0; i < rows; i++) {
      const float* from = at_[in.from] + static_cast<size_t>(i) * step;
      for (int j = 0; j < width; j++) to[j] += from[j];
    }
    for (int j = 0; j < width; j++) to[j] *= scale;
  } else if (in.over == Over::rows) {
    for (int j = 0; j < b.columns; j++) {
      double sum = 0;
      for (int i = 0; i < rows; i++) sum += entry(in.from, i, j);
      entry(in.to, 0, j) = static_cast<float>(in.mean ? sum / rows : sum);
    }
  } else {
    const double sum = b.batch ? totalOfBatch(at_[in.from], rows, b.columns, rowStride(b))
                               : totalOfPanels(at_[in.from], panelLayout(kernels_, b.rows, b.columns, b.transposed));
    entry(in.to, 0, 0) = static_cast<float>(in.mean ? sum / (static_cast<double>(rows) * b.columns) : sum);
  }
}

}  // namespace apical
