// How values are stored: a matrix in panels of a few columns, each with all its rows, which a kernel reads end to end; a
// batch's value row by row, each padded to whole panels.
#pragma once

#include <cstddef>

#include "kernels.h"
#include "plan.h"

namespace apical {

inline int roundedUp(int value, int step) { return (value + step - 1) / step * step; }

/// Columns of a batch's value with their padding.
inline int paddedColumns(const Kernels& kernels, const Buffer& b) {
  return roundedUp(b.columns, kernels.panel(b.columns));
}

/// Floats from one sample's row to the next. A stride that is a multiple of 1 KiB would map rows to a few sets of the L1
/// cache.
inline int rowStride(const Kernels& kernels, const Buffer& b) {
  const int width = paddedColumns(kernels, b);
  return width % 256 == 0 ? width + 16 : width;
}

struct PanelLayout {
  int rows;
  int columns;
  int panel;
  size_t size() const { return static_cast<size_t>(roundedUp(columns, panel)) * rows; }
  size_t at(int row, int column) const {
    return static_cast<size_t>(column / panel) * panel * rows + static_cast<size_t>(row) * panel + column % panel;
  }
};

/// Of a rows × columns matrix, stored as it is or transposed.
inline PanelLayout panelLayout(const Kernels& kernels, int rows, int columns, bool transposed) {
  const int storedColumns = transposed ? rows : columns;
  return {transposed ? columns : rows, storedColumns, kernels.panel(storedColumns)};
}

/// Floats to allocate for `floats`: a cache line between neighbours, so that equal sizes do not map to the same sets.
inline size_t spaced(size_t floats) { return (floats + 15) / 16 * 16 + 16; }

}  // namespace apical
