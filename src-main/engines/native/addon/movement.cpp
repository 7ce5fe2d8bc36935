// Instructions that move entries: samples in, measurements and hits out, fills, copies and transpositions.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "executor.h"

namespace apical {
namespace {

/// to[k·toStep + i] = from[i·fromStep + k] for i, k < 4.
inline void transposeFour(const float* __restrict from, size_t fromStep, float* __restrict to, size_t toStep) {
#pragma GCC unroll 4
  for (int k = 0; k < 4; k++)
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) to[k * toStep + i] = from[i * fromStep + k];
}

}  // namespace

void Executor::pixels(float* to, int stride) const {
  const Samples& s = *samples_;
  const int plane = s.features / s.channels;
  for (int row = firstRow_; row < lastRow_; row++) {
    const size_t begin = static_cast<size_t>(indices_[row]) * s.features;
    float* out = to + static_cast<size_t>(row) * stride;
    if (!s.scaled.empty()) {
      std::copy_n(s.scaled.data() + begin, s.features, out);
      continue;
    }
    const uint8_t* from = s.pixels.data() + begin;
    for (int c = 0; c < s.channels; c++) {
      const float* values = s.values.data() + c * 256;
      for (int i = c * plane; i < (c + 1) * plane; i++) out[i] = values[from[i]];
    }
  }
}

void Executor::targets(float* to, int stride) const {
  for (int row = firstRow_; row < lastRow_; row++) {
    float* out = to + static_cast<size_t>(row) * stride;
    std::fill(out, out + stride, 0.0f);
    out[samples_->labels[indices_[row]]] = 1;
  }
}

void Executor::fill(const Instruction& in) const {
  const Buffer& b = plan_.buffers[in.to];
  float* to = at_[in.to];
  if (b.batch)
    std::fill(to + static_cast<size_t>(firstRow_) * rowStride(b), to + static_cast<size_t>(lastRow_) * rowStride(b), in.number);
  else
    std::fill(to, to + layoutOf(b).size(), in.number);
}

void Executor::copy(const Instruction& in) const {
  const Buffer& from = plan_.buffers[in.from];
  const Buffer& to = plan_.buffers[in.to];
  if (to.batch && from.batch) {
    const size_t begin = static_cast<size_t>(firstRow_) * rowStride(to);
    const size_t end = static_cast<size_t>(lastRow_) * rowStride(to);
    std::memcpy(at_[in.to] + begin, at_[in.from] + begin, (end - begin) * sizeof(float));
  } else if (from.transposed == to.transposed) {
    std::memcpy(at_[in.to], at_[in.from], layoutOf(to).size() * sizeof(float));
  } else {
    transpose(in);
  }
}

void Executor::transpose(const Instruction& in) const {
  // Panel by panel of what is written. Finding the place of each entry by itself divides twice, which made this most of the
  // time of a batch that carries errors back through 500 × 500 weights.
  const PanelLayout from = layoutOf(plan_.buffers[in.from]);
  const PanelLayout to = layoutOf(plan_.buffers[in.to]);
  for (int first = 0; first < to.columns; first += to.panel) {
    const int width = std::min(to.panel, to.columns - first);
    float* panel = at_[in.to] + to.at(0, first);
    int row = 0;
    // Panels are whole vectors, so four entries from a multiple of four on are neighbours in both matrices.
    for (; row + 4 <= to.rows; row += 4) {
      const float* const columns = at_[in.from] + from.at(first, row);
      int i = 0;
      for (; i + 4 <= width; i += 4)
        transposeFour(columns + static_cast<size_t>(i) * from.panel, from.panel, panel + i, to.panel);
      for (; i < width; i++)
        for (int k = 0; k < 4; k++) panel[k * to.panel + i] = columns[static_cast<size_t>(i) * from.panel + k];
      panel += 4 * to.panel;
    }
    for (; row < to.rows; row++) {
      const float* column = at_[in.from] + from.at(first, row);
      for (int i = 0; i < width; i++) panel[i] = column[static_cast<size_t>(i) * from.panel];
      panel += to.panel;
    }
  }
}

void Executor::measure(const Instruction& in) const {
  if (measured_ == nullptr) return;
  const Buffer& b = plan_.buffers[in.from];
  const int rows = rowsOf(b);
  float* to = (*measured_)[in.measurement].data() + static_cast<size_t>(iteration_) * rows * b.columns;
  const int first = b.batch ? firstRow_ : 0;
  const int last = b.batch ? lastRow_ : rows;
  for (int i = first; i < last; i++)
    for (int j = 0; j < b.columns; j++) to[static_cast<size_t>(i) * b.columns + j] = entry(in.from, i, j);
}

/// As isHit in program/measures.ts: a larger score beats the label's, or an equal one before it; a row with NaN is a miss.
void Executor::count(const Instruction& in) {
  const Buffer& b = plan_.buffers[in.from];
  for (int row = firstRow_; row < lastRow_; row++) {
    const float* scores = at_[in.from] + static_cast<size_t>(row) * rowStride(b);
    const int label = samples_->labels[indices_[row]];
    const float own = scores[label];
    bool hit = true;
    for (int c = 0; c < b.columns; c++)
      hit = hit && !std::isnan(scores[c]) && (scores[c] < own || (scores[c] == own && c >= label));
    hits_ += hit ? 1 : 0;
  }
}

}  // namespace apical
