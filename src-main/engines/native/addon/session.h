// Networks of one program side by side: their parameters, the data, and the threads that train them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plan.h"
#include "pool.h"

namespace apical {

/// Zeroed memory for floats, aligned to a cache line and with room for a whole vector past its end.
class Memory {
 public:
  explicit Memory(size_t floats);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  float* at(size_t offset) { return data_ + offset; }

 private:
  float* data_ = nullptr;
};

/// Samples as bytes with the value of each byte in each channel, or as numbers already scaled.
struct Samples {
  int count = 0;
  int features = 0;
  std::vector<uint8_t> pixels;
  std::vector<uint16_t> labels;
  /// [channel][byte], each rounded once.
  std::vector<float> values;
  /// Instead of bytes, where a set has none.
  std::vector<float> scaled;
  int channels = 1;
};

struct ParameterShape {
  int rows;
  int columns;
  bool flipped;
};

struct MeasurementShape {
  bool batch;
  int rows;
  int columns;
  int iterations;
};

struct TrainRequest {
  int batchSize;
  int batches;
  std::vector<uint32_t> samples;
  std::vector<double> scalars;
  int measureBatch;
};

struct TrainResult {
  /// [replica][measurement].
  std::vector<std::vector<std::vector<float>>> measurements;
  std::vector<int> broken;
  bool stopped = false;
};

struct ScoreRequest {
  int split;
  int replica;
  std::vector<uint32_t> samples;
  std::vector<double> scalars;
};

class Workspace;

class Session {
 public:
  Session(const Kernels& kernels, Plan training, Plan prediction, std::vector<ParameterShape> parameters,
          std::vector<MeasurementShape> measurements, std::vector<int> widths, int scalarCount, int replicas,
          int threads);
  ~Session();

  void bind(int split, Samples samples) { data_[split] = std::move(samples); }
  void write(int parameter, int replica, const float* values);
  void read(int parameter, int replica, float* values) const;
  TrainResult train(const TrainRequest& request);
  /// Scores of the request's samples, row by row.
  std::vector<float> score(const ScoreRequest& request);

  /// For good: what trains ends after the batches it is at, and nothing trains again.
  void stop() { stop_ = true; }
  int64_t trained() const { return trained_; }
  int parameterSize(int parameter) const { return parameters_[parameter].rows * parameters_[parameter].columns; }
  int parameterCount() const { return static_cast<int>(parameters_.size()); }
  int classes() const { return widths_.back(); }

 private:
  friend class Frame;
  float* parameter(int replica, int index) const;

  const Kernels& kernels_;
  Plan training_;
  Plan prediction_;
  std::vector<ParameterShape> parameters_;
  std::vector<size_t> offsets_;
  std::vector<MeasurementShape> measurements_;
  std::vector<int> widths_;
  int scalarCount_;
  int replicas_;
  std::vector<std::unique_ptr<Memory>> replicaMemory_;
  Samples data_[2];
  Pool pool_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;
  std::vector<std::unique_ptr<Workspace>> scoring_;
  std::atomic<bool> stop_{false};
  std::atomic<int64_t> trained_{0};
};

}  // namespace apical
