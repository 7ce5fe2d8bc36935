// Networks of one program side by side: their parameters, the data, and the threads that train them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "kernels.h"
#include "memory.h"
#include "plan.h"
#include "pool.h"
#include "samples.h"
#include "workspace.h"

namespace apical {

struct ParameterShape {
  int rows;
  int columns;
  bool transposed;
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
  /// Replicas with a parameter that is NaN or infinite.
  std::vector<int> broken;
  /// By replica.
  std::vector<int> hits;
};

struct ScoreRequest {
  int split;
  int replica;
  std::vector<uint32_t> samples;
  std::vector<double> scalars;
};

class Session {
 public:
  Session(const Kernels& kernels, Plan training, Plan prediction, std::vector<ParameterShape> parameters,
          std::vector<MeasurementShape> measurements, int classes, int scalarCount, int replicas, int threads);

  void bind(int split, Samples samples) { data_[split] = std::move(samples); }
  void write(int parameter, int replica, const float* values);
  void read(int parameter, int replica, float* values) const;
  TrainResult train(const TrainRequest& request);
  /// Scores of the request's samples, row by row.
  std::vector<float> score(const ScoreRequest& request);

  /// For good: what trains ends after the batches it is at, and nothing trains again.
  void stop() { stop_ = true; }
  int parameterSize(int parameter) const { return parameters_[parameter].rows * parameters_[parameter].columns; }

 private:
  /// The threads that train one network.
  struct Team {
    int thread;
    int size;
    Barrier* barrier;
    std::atomic<bool>& stopped;
  };
  /// Returns the hits that this thread counted.
  int trainReplica(const TrainRequest& request, int replica, const Workspace& workspace, const Team& team,
                    std::vector<std::vector<float>>& measured);
  float* parameter(int replica, int index) const;
  std::vector<float*> parametersOf(int replica) const;
  bool isFinite(int replica) const;

  const Kernels& kernels_;
  Plan training_;
  Plan prediction_;
  std::vector<ParameterShape> parameters_;
  std::vector<size_t> offsets_;
  std::vector<MeasurementShape> measurements_;
  int classes_;
  int scalarCount_;
  int replicas_;
  std::vector<std::unique_ptr<Memory>> replicaMemory_;
  Samples data_[2];
  Pool pool_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;
  std::vector<std::unique_ptr<Workspace>> scoring_;
  std::atomic<bool> stop_{false};
};

}  // namespace apical
