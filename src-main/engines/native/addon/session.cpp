#include "session.h"

#include <algorithm>

#include "denormals.h"
#include "executor.h"
#include "layout.h"
#include "schedule.h"

namespace apical {
namespace {

/// Samples scored together.
constexpr int kScoringRows = 24;

/// Whether no entry is NaN or infinite; the padding is not looked at.
bool allFinite(const float* values, const PanelLayout& l) {
  for (int panel = 0; panel < l.columns; panel += l.panel)
    for (int i = 0; i < l.rows; i++) {
      const float* row = values + l.at(i, panel);
      // x·0 is 0 for every number and NaN for what is none.
      float sum = 0;
      for (int j = 0; j < std::min(l.panel, l.columns - panel); j++) sum += row[j] * 0.0f;
      if (!(sum == 0)) return false;
    }
  return true;
}

}  // namespace

Session::Session(const Kernels& kernels, Plan training, Plan prediction, std::vector<ParameterShape> parameters,
                 std::vector<MeasurementShape> measurements, int classes, int scalarCount, int replicas, int threads)
    : kernels_(kernels),
      training_(std::move(training)),
      prediction_(std::move(prediction)),
      parameters_(std::move(parameters)),
      measurements_(std::move(measurements)),
      classes_(classes),
      scalarCount_(scalarCount),
      replicas_(replicas),
      pool_(threads) {
  schedule(training_);
  schedule(prediction_);
  size_t total = 0;
  for (const ParameterShape& p : parameters_) {
    offsets_.push_back(total);
    total += spaced(panelLayout(kernels_, p.rows, p.columns, p.transposed).size());
  }
  for (int r = 0; r < replicas; r++) replicaMemory_.push_back(std::make_unique<Memory>(total));
  workspaces_.resize(threads);
  scoring_.resize(threads);
}

float* Session::parameter(int replica, int index) const { return replicaMemory_[replica]->at(offsets_[index]); }

std::vector<float*> Session::parametersOf(int replica) const {
  std::vector<float*> all;
  for (const size_t offset : offsets_) all.push_back(replicaMemory_[replica]->at(offset));
  return all;
}

void Session::write(int index, int replica, const float* values) {
  const ParameterShape& p = parameters_[index];
  const PanelLayout l = panelLayout(kernels_, p.rows, p.columns, p.transposed);
  float* to = parameter(replica, index);
  for (int i = 0; i < p.rows; i++)
    for (int j = 0; j < p.columns; j++)
      to[p.transposed ? l.at(j, i) : l.at(i, j)] = values[static_cast<size_t>(i) * p.columns + j];
}

void Session::read(int index, int replica, float* values) const {
  const ParameterShape& p = parameters_[index];
  const PanelLayout l = panelLayout(kernels_, p.rows, p.columns, p.transposed);
  const float* from = parameter(replica, index);
  for (int i = 0; i < p.rows; i++)
    for (int j = 0; j < p.columns; j++)
      values[static_cast<size_t>(i) * p.columns + j] = from[p.transposed ? l.at(j, i) : l.at(i, j)];
}

int Session::trainReplica(const TrainRequest& q, int replica, const Workspace& workspace, const Team& team,
                           std::vector<std::vector<float>>& measured) {
  Executor executor(kernels_, workspace, parametersOf(replica), team.thread, team.size, team.barrier);
  for (int batch = 0; batch < q.batches; batch++) {
    // One decides for the team, which meets before and after: nobody is left waiting.
    if (team.thread == 0 && stop_) team.stopped = true;
    if (team.barrier != nullptr) team.barrier->wait();
    if (team.stopped) return 0;
    const size_t row = static_cast<size_t>(replica) * q.batches + batch;
    executor.run(data_[0], q.samples.data() + row * q.batchSize, q.batchSize, q.scalars.data() + row * scalarCount_,
                 batch == q.measureBatch ? &measured : nullptr);
  }
  return executor.hits();
}

TrainResult Session::train(const TrainRequest& q) {
  TrainResult result;
  result.measurements.resize(replicas_);
  result.hits.resize(replicas_);
  if (q.measureBatch >= 0)
    for (auto& of : result.measurements)
      for (const MeasurementShape& m : measurements_)
        of.emplace_back(static_cast<size_t>(m.batch ? q.batchSize : m.rows) * m.columns * m.iterations);
  const int threads = pool_.threads();
  for (auto& workspace : workspaces_)
    if (workspace == nullptr || workspace->batch != q.batchSize)
      workspace = std::make_unique<Workspace>(kernels_, training_, q.batchSize);

  // Whole networks to each thread first; what is left over is trained by all threads together.
  const int alone = threads == 1 ? replicas_ : replicas_ / threads * threads;
  std::atomic<int> next{0};
  pool_.run([&](int thread) {
    const FlushDenormals flush;
    for (int replica = next++; replica < alone; replica = next++) {
      std::atomic<bool> stopped{false};
      result.hits[replica] =
          trainReplica(q, replica, *workspaces_[thread], {0, 1, nullptr, stopped}, result.measurements[replica]);
    }
  });
  for (int replica = alone; replica < replicas_; replica++) {
    Barrier barrier(threads);
    std::atomic<bool> stopped{false};
    std::atomic<int> hits{0};
    pool_.run([&](int thread) {
      const FlushDenormals flush;
      hits += trainReplica(q, replica, *workspaces_[0], {thread, threads, &barrier, stopped}, result.measurements[replica]);
    });
    result.hits[replica] = hits;
  }

  for (int replica = 0; replica < replicas_; replica++)
    if (!isFinite(replica)) result.broken.push_back(replica);
  return result;
}

bool Session::isFinite(int replica) const {
  for (int p = 0; p < static_cast<int>(parameters_.size()); p++) {
    const ParameterShape& shape = parameters_[p];
    if (!allFinite(parameter(replica, p), panelLayout(kernels_, shape.rows, shape.columns, shape.transposed))) return false;
  }
  return true;
}

std::vector<float> Session::score(const ScoreRequest& q) {
  const int count = static_cast<int>(q.samples.size());
  std::vector<float> scores(static_cast<size_t>(count) * classes_);
  for (auto& workspace : scoring_)
    if (workspace == nullptr) workspace = std::make_unique<Workspace>(kernels_, prediction_, kScoringRows);
  std::atomic<int> next{0};
  pool_.run([&](int thread) {
    const FlushDenormals flush;
    Executor executor(kernels_, *scoring_[thread], parametersOf(q.replica), 0, 1, nullptr);
    for (int from = next.fetch_add(kScoringRows); from < count; from = next.fetch_add(kScoringRows)) {
      const int rows = std::min(kScoringRows, count - from);
      executor.run(data_[q.split], q.samples.data() + from, rows, q.scalars.data(), nullptr);
      for (int i = 0; i < rows; i++)
        std::copy_n(executor.scores() + static_cast<size_t>(i) * executor.scoreStride(), classes_,
                    scores.data() + static_cast<size_t>(from + i) * classes_);
    }
  });
  return scores;
}

}  // namespace apical
