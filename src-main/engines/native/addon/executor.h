// Runs the instructions of a plan for one batch, as one of the threads that train or score a network together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels.h"
#include "layout.h"
#include "plan.h"
#include "pool.h"
#include "samples.h"
#include "workspace.h"

namespace apical {

/// Longest strip of a chain, in floats: a dozen of them fit the L1 cache.
constexpr int kStrip = 512;

/// One thread's view of a batch: where each buffer is now, which rows are its own, and the scalars.
class Executor {
 public:
  /// @param parameters of the network, by index
  /// @param thread which one of the `team` that share the network
  /// @param barrier of the team; null for a team of one
  Executor(const Kernels& kernels, const Workspace& workspace, const std::vector<float*>& parameters, int thread,
           int team, Barrier* barrier);

  /// @param measured [measurement], or null where nothing is measured
  void run(const Samples& samples, const uint32_t* indices, int rows, const double* scalars,
           std::vector<std::vector<float>>* measured);

  /// Hits that this thread has counted, over all batches.
  int hits() const { return hits_; }

  /// Of a prediction: the first sample's row, from which the next is `scoreStride()` floats away.
  const float* scores() const { return at_[plan_.scores]; }
  int scoreStride() const { return rowStride(plan_.buffers[plan_.scores]); }

 private:
  /// Neighbouring entries of a chain's shape.
  struct Strip {
    /// Of a batch: the row and the first column. Of a matrix: rows of one panel, or a stretch of all of it.
    int row;
    int column;
    int rows;
    int length;
    size_t offset;
  };

  int rowStride(const Buffer& b) const { return apical::rowStride(kernels_, b); }
  PanelLayout layoutOf(const Buffer& b) const {
    return panelLayout(kernels_, b.batch ? batch_ : b.rows, b.columns, b.transposed);
  }
  int rowsOf(const Buffer& b) const { return b.batch ? rows_ : b.rows; }
  float coefficient(const Coefficient& c) const { return valueOf(c, scalars_, iteration_); }

  /// Entry (row, column) of a value, however it is stored.
  float& entry(int buffer, int row, int column) const {
    const Buffer& b = plan_.buffers[buffer];
    if (b.batch) return at_[buffer][static_cast<size_t>(row) * rowStride(b) + column];
    const PanelLayout l = panelLayout(kernels_, b.rows, b.columns, b.transposed);
    return at_[buffer][b.transposed ? l.at(column, row) : l.at(row, column)];
  }

  // executor.cpp
  void runList(const std::vector<Instruction>& list);
  void repeat(const Instruction& in);
  void affine(const Instruction& in);

  // movement.cpp
  void pixels(float* to, int stride) const;
  void targets(float* to, int stride) const;
  void fill(const Instruction& in) const;
  void copy(const Instruction& in) const;
  void transpose(const Instruction& in) const;
  void measure(const Instruction& in) const;
  void count(const Instruction& in);

  // chain.cpp
  void chain(const Instruction& in);
  /// Evaluates the coefficients, which are the same for all strips.
  void prepare(const Instruction& in);
  void strip(const Instruction& in, const Buffer& shape, const Strip& s);
  /// @param coefficients of the base, of the product, and the constant; none without a base
  void outer(const StripOperation& one, const Strip& s, float* to, const float* base, const float* coefficients,
             bool fetch) const;
  /// The memory itself where the value has the strip's shape, else `own` filled with what is broadcast.
  const float* loaded(int buffer, const Buffer& shape, const Strip& s, float* own) const;

  // reductions.cpp
  void product(const Instruction& in) const;
  void softmax(const Instruction& in) const;
  void reduce(const Instruction& in);

  const Kernels& kernels_;
  const Plan& plan_;
  const int batch_;
  const int thread_;
  const int team_;
  Barrier* const barrier_;
  std::vector<float*> home_;
  std::vector<float*> at_;
  std::vector<float> strips_;
  std::vector<const float*> registers_;
  std::vector<const float*> terms_;
  std::vector<float> coefficients_;
  std::vector<TileProduct> tileProducts_;
  std::vector<TileStream> tileStreams_;
  const Samples* samples_ = nullptr;
  const uint32_t* indices_ = nullptr;
  int rows_ = 0;
  int firstRow_ = 0;
  int lastRow_ = 0;
  const double* scalars_ = nullptr;
  std::vector<std::vector<float>>* measured_ = nullptr;
  int iteration_ = 0;
  int hits_ = 0;
};

}  // namespace apical
