#include "executor.h"

#include <utility>

namespace apical {

Executor::Executor(const Kernels& kernels, const Workspace& workspace, const std::vector<float*>& parameters, int thread,
                   int team, Barrier* barrier)
    : kernels_(kernels),
      plan_(workspace.plan),
      batch_(workspace.batch),
      thread_(thread),
      team_(team),
      barrier_(barrier),
      home_(workspace.at),
      strips_(16 * kStrip) {
  for (size_t i = 0; i < home_.size(); i++)
    if (plan_.buffers[i].parameter >= 0) home_[i] = parameters[plan_.buffers[i].parameter];
  at_ = home_;
}

void Executor::run(const Samples& samples, const uint32_t* indices, int rows, const double* scalars,
         std::vector<std::vector<float>>* measured) {
  samples_ = &samples;
  indices_ = indices;
  rows_ = rows;
  firstRow_ = rows * thread_ / team_;
  lastRow_ = rows * (thread_ + 1) / team_;
  scalars_ = scalars;
  measured_ = measured;
  iteration_ = 0;
  // Swaps of the last batch are undone: every thread of the team then starts from the same table.
  at_ = home_;
  if (barrier_ != nullptr) barrier_->wait();
  runList(plan_.instructions);
  if (barrier_ != nullptr) barrier_->wait();
}

void Executor::runList(const std::vector<Instruction>& list) {
  for (const Instruction& in : list) {
    if (in.barrier && barrier_ != nullptr) barrier_->wait();
    if (in.kind == Kind::repeat) {
      repeat(in);
      continue;
    }
    if (in.partition.by == Partition::By::rows && firstRow_ == lastRow_) continue;
    if (in.partition.by == Partition::By::first && thread_ != 0) continue;
    switch (in.kind) {
      case Kind::input:
        in.labels ? targets(at_[in.to], rowStride(plan_.buffers[in.to])) : pixels(at_[in.to], rowStride(plan_.buffers[in.to]));
        break;
      case Kind::fill:
        fill(in);
        break;
      case Kind::copy:
        copy(in);
        break;
      case Kind::transpose:
        transpose(in);
        break;
      case Kind::affine:
        affine(in);
        break;
      case Kind::chain:
        chain(in);
        break;
      case Kind::product:
        product(in);
        break;
      case Kind::softmax:
        softmax(in);
        break;
      case Kind::reduce:
        reduce(in);
        break;
      case Kind::measure:
        measure(in);
        break;
      case Kind::count:
        count(in);
        break;
      case Kind::repeat:
        break;
    }
  }
}

void Executor::repeat(const Instruction& in) {
  const int outer = iteration_;
  for (iteration_ = 0; iteration_ < in.count; iteration_++) {
    runList(in.body);
    for (const auto& [a, b] : in.swaps) std::swap(at_[a], at_[b]);
  }
  iteration_ = outer;
}

void Executor::affine(const Instruction& in) {
  const int out = in.raw >= 0 ? in.raw : in.mapped;
  const Buffer& shape = plan_.buffers[out];
  const bool byColumns = in.partition.by == Partition::By::columns;
  const int first = shape.batch && !byColumns ? firstRow_ : 0;
  const int rows = !shape.batch ? 1 : byColumns ? rows_ : lastRow_ - firstRow_;
  tileProducts_.clear();
  tileStreams_.clear();
  for (const Product& p : in.products) {
    const Buffer& left = plan_.buffers[p.left];
    const ptrdiff_t step = rowStride(left);
    tileProducts_.push_back({at_[p.left] + (left.batch ? first * step : 0), left.batch ? step : 0, at_[p.right],
                             left.columns, coefficient(p.coefficient)});
  }
  for (const Term& t : in.streams) {
    const Buffer& b = plan_.buffers[t.from];
    const ptrdiff_t step = b.batch ? rowStride(b) : 0;
    tileStreams_.push_back(
        {at_[t.from] + first * step, step, b.columns == shape.columns ? 1 : 0, coefficient(t.coefficient)});
  }
  const int step = rowStride(shape);
  const auto from = [&](int buffer) {
    return buffer < 0 ? nullptr : at_[buffer] + static_cast<ptrdiff_t>(first) * step;
  };
  kernels_.affine({rows, shape.columns, tileProducts_.data(),
                   static_cast<int>(tileProducts_.size()), tileStreams_.data(), static_cast<int>(tileStreams_.size()),
                   coefficient(in.constant), in.map, from(in.raw), from(in.mapped), step,
                   iteration_ % 2 == 1, byColumns ? thread_ : 0, byColumns ? team_ : 1});
}

}  // namespace apical
