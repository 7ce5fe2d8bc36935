#include "session.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace apical {
namespace {

/// Longest strip, in floats: a dozen of them fit the first cache.
constexpr int kStrip = 512;
/// Samples scored together.
constexpr int kScoringRows = 24;

int roundedUp(int value, int step) { return (value + step - 1) / step * step; }

/// Columns of a batch's value, whole panels of them.
int widthIn(const Kernels& kernels, const Buffer& b) { return roundedUp(b.columns, kernels.panel(b.columns)); }

/// From one sample's row to the next. Rows a multiple of 1 KiB apart would fall on a few sets of the first cache.
int stepIn(const Kernels& kernels, const Buffer& b) {
  const int width = widthIn(kernels, b);
  return width % 256 == 0 ? width + 16 : width;
}

/// A matrix as it lies in memory: panels of some columns, each with all its rows.
struct Lying {
  int rows;
  int columns;
  int panel;
  size_t size() const { return static_cast<size_t>(roundedUp(columns, panel)) * rows; }
  size_t at(int row, int column) const {
    return static_cast<size_t>(column / panel) * panel * rows + static_cast<size_t>(row) * panel + column % panel;
  }
};

Lying lying(const Kernels& kernels, int rows, int columns, bool flipped) {
  const int storedColumns = flipped ? rows : columns;
  return {flipped ? columns : rows, storedColumns, kernels.panel(storedColumns)};
}

/// Numbers too small to be normal cost a hundred times the others and mean nothing here.
class FlushSmall {
 public:
#if defined(__x86_64__)
  FlushSmall() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
  ~FlushSmall() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#endif
};

}  // namespace

Memory::Memory(size_t floats) {
  constexpr size_t kAlign = 64;
  constexpr size_t kHuge = size_t{2} << 20;
  const size_t bytes = (floats + 64) * sizeof(float);
  const size_t align = bytes >= kHuge ? kHuge : kAlign;
  const size_t rounded = (bytes + align - 1) / align * align;
#if defined(_WIN32)
  data_ = static_cast<float*>(_aligned_malloc(rounded, align));
#else
  data_ = static_cast<float*>(std::aligned_alloc(align, rounded));
#endif
  if (data_ == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  // Large pages: a panel of weights is read from end to end forty times a batch.
  if (align == kHuge) madvise(data_, rounded, MADV_HUGEPAGE);
#endif
  std::memset(data_, 0, rounded);
}

Memory::~Memory() {
#if defined(_WIN32)
  _aligned_free(data_);
#else
  std::free(data_);
#endif
}

/// Memory for the values of one batch of one plan.
class Workspace {
 public:
  Workspace(const Kernels& kernels, const Plan& plan, int batch) : plan(plan), batch(batch) {
    size_t total = 0;
    std::vector<size_t> offsets;
    for (const Buffer& b : plan.buffers) {
      offsets.push_back(total);
      if (b.parameter >= 0) continue;
      const size_t size = b.batch ? static_cast<size_t>(batch) * stepIn(kernels, b)
                                  : lying(kernels, b.rows, b.columns, b.flipped).size();
      // A line apart, so that equal sizes do not fall on the same sets of the cache.
      total += (size + 15) / 16 * 16 + 16;
    }
    memory = std::make_unique<Memory>(total);
    for (size_t i = 0; i < offsets.size(); i++)
      at.push_back(plan.buffers[i].parameter >= 0 ? nullptr : memory->at(offsets[i]));
  }
  const Plan& plan;
  int batch;
  std::unique_ptr<Memory> memory;
  std::vector<float*> at;
};

/// One thread's view of one batch: where each buffer is now, which rows are its own, and the scalars.
class Frame {
 public:
  Frame(const Session& session, const Workspace& workspace, int replica, int thread, int team, Barrier* barrier)
      : session_(session),
        kernels_(session.kernels_),
        plan_(workspace.plan),
        batch_(workspace.batch),
        thread_(thread),
        team_(team),
        barrier_(barrier),
        home_(workspace.at),
        strips_(16 * kStrip) {
    for (size_t i = 0; i < home_.size(); i++)
      if (plan_.buffers[i].parameter >= 0) home_[i] = session.parameter(replica, plan_.buffers[i].parameter);
    at_ = home_;
  }

  void run(const Samples& samples, const uint32_t* indices, int rows, const double* scalars,
           std::vector<std::vector<float>>* measured) {
    samples_ = &samples;
    indices_ = indices;
    rows_ = rows;
    firstRow_ = rows * thread_ / team_;
    lastRow_ = rows * (thread_ + 1) / team_;
    scalars_ = scalars;
    measured_ = measured;
    iteration_ = 0;
    // Exchanges of the last batch are undone: every thread of the team then starts from the same table.
    at_ = home_;
    if (barrier_ != nullptr) barrier_->wait();
    runList(plan_.instructions);
    if (barrier_ != nullptr) barrier_->wait();
  }

  const float* scores() const { return at_[plan_.scores]; }
  int step(int buffer) const { return stepOf(plan_.buffers[buffer]); }

 private:
  int stepOf(const Buffer& b) const { return stepIn(kernels_, b); }
  Lying lyingOf(const Buffer& b) const { return lying(kernels_, b.batch ? batch_ : b.rows, b.columns, b.flipped); }
  int rowsOf(const Buffer& b) const { return b.batch ? rows_ : b.rows; }
  float coefficient(const Coefficient& c) const { return valueOf(c, scalars_, iteration_); }

  /// Entry (row, column) of a value, wherever it lies.
  float& entry(int buffer, int row, int column) const {
    const Buffer& b = plan_.buffers[buffer];
    if (b.batch) return at_[buffer][static_cast<size_t>(row) * stepOf(b) + column];
    const Lying l = lying(kernels_, b.rows, b.columns, b.flipped);
    return at_[buffer][b.flipped ? l.at(column, row) : l.at(row, column)];
  }

  void runList(const std::vector<Instruction>& list) {
    for (const Instruction& in : list) {
      if (in.barrier && barrier_ != nullptr) barrier_->wait();
      if (in.kind == Kind::repeat) {
        repeat(in);
        continue;
      }
      if (in.division.by == Division::By::rows && firstRow_ == lastRow_) continue;
      if (in.division.by == Division::By::first && thread_ != 0) continue;
      switch (in.kind) {
        case Kind::input:
          in.labels ? targets(at_[in.to], stepOf(plan_.buffers[in.to])) : pixels(at_[in.to], stepOf(plan_.buffers[in.to]));
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
        case Kind::repeat:
          break;
      }
    }
  }

  void repeat(const Instruction& in) {
    const int outer = iteration_;
    for (iteration_ = 0; iteration_ < in.count; iteration_++) {
      runList(in.body);
      for (const auto& [a, b] : in.exchanged) std::swap(at_[a], at_[b]);
    }
    iteration_ = outer;
  }

  void pixels(float* to, int step) const {
    const Samples& s = *samples_;
    const int plane = s.features / s.channels;
    for (int row = firstRow_; row < lastRow_; row++) {
      const size_t begin = static_cast<size_t>(indices_[row]) * s.features;
      float* out = to + static_cast<size_t>(row) * step;
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

  void targets(float* to, int step) const {
    for (int row = firstRow_; row < lastRow_; row++) {
      float* out = to + static_cast<size_t>(row) * step;
      std::fill(out, out + step, 0.0f);
      out[samples_->labels[indices_[row]]] = 1;
    }
  }

  void fill(const Instruction& in) const {
    const Buffer& b = plan_.buffers[in.to];
    float* to = at_[in.to];
    if (b.batch)
      std::fill(to + static_cast<size_t>(firstRow_) * stepOf(b), to + static_cast<size_t>(lastRow_) * stepOf(b), in.number);
    else
      std::fill(to, to + lyingOf(b).size(), in.number);
  }

  void copy(const Instruction& in) const {
    const Buffer& from = plan_.buffers[in.from];
    const Buffer& to = plan_.buffers[in.to];
    if (to.batch && from.batch) {
      const size_t begin = static_cast<size_t>(firstRow_) * stepOf(to);
      const size_t end = static_cast<size_t>(lastRow_) * stepOf(to);
      std::memcpy(at_[in.to] + begin, at_[in.from] + begin, (end - begin) * sizeof(float));
    } else if (from.flipped == to.flipped) {
      std::memcpy(at_[in.to], at_[in.from], lyingOf(to).size() * sizeof(float));
    } else {
      transpose(in);
    }
  }

  /// The same matrix, lying the other way.
  void transpose(const Instruction& in) const {
    const Buffer& b = plan_.buffers[in.to];
    for (int i = 0; i < b.rows; i++)
      for (int j = 0; j < b.columns; j++) entry(in.to, i, j) = entry(in.from, i, j);
  }

  void affine(const Instruction& in) {
    const int out = in.raw >= 0 ? in.raw : in.mapped;
    const Buffer& shape = plan_.buffers[out];
    const bool byColumns = in.division.by == Division::By::columns;
    const int first = shape.batch && !byColumns ? firstRow_ : 0;
    const int rows = !shape.batch ? 1 : byColumns ? rows_ : lastRow_ - firstRow_;
    tileProducts_.clear();
    tileStreams_.clear();
    for (const Product& p : in.products) {
      const Buffer& left = plan_.buffers[p.left];
      const ptrdiff_t step = stepOf(left);
      tileProducts_.push_back({at_[p.left] + (left.batch ? first * step : 0), left.batch ? step : 0, at_[p.right],
                               left.columns, coefficient(p.coefficient)});
    }
    for (const Term& t : in.streams) {
      const Buffer& b = plan_.buffers[t.from];
      const ptrdiff_t step = b.batch ? stepOf(b) : 0;
      tileStreams_.push_back(
          {at_[t.from] + first * step, step, b.columns == shape.columns ? 1 : 0, coefficient(t.coefficient)});
    }
    const int step = stepOf(shape);
    const auto from = [&](int buffer) {
      return buffer < 0 ? nullptr : at_[buffer] + static_cast<ptrdiff_t>(first) * step;
    };
    kernels_.affine({rows, shape.columns, tileProducts_.data(),
                     static_cast<int>(tileProducts_.size()), tileStreams_.data(), static_cast<int>(tileStreams_.size()),
                     coefficient(in.constant), in.map, from(in.raw), from(in.mapped), step,
                     iteration_ % 2 == 1, byColumns ? thread_ : 0, byColumns ? team_ : 1});
  }

  // ---- strips --------------------------------------------------------------------------------------------------------

  /// Some neighbouring entries of the chain's shape.
  struct Strip {
    /// Of a batch: the row and the first column. Of a matrix: rows of one panel, or a stretch of all of it.
    int row;
    int column;
    int rows;
    int length;
    size_t offset;
  };

  void chain(const Instruction& in) {
    const StripOperation* stored = nullptr;
    for (const StripOperation& one : in.operations)
      if (one.kind == StripKind::store || one.direct >= 0) stored = &one;
    const Buffer& shape = plan_.buffers[stored->direct >= 0 ? stored->direct : stored->buffer];
    prepare(in);
    if (shape.batch) {
      const int step = stepOf(shape);
      const int width = widthIn(kernels_, shape);
      for (int row = firstRow_; row < lastRow_; row++)
        for (int column = 0; column < width; column += kStrip)
          strip(in, shape, {row, column, 1, std::min(kStrip, width - column), static_cast<size_t>(row) * step + column});
      return;
    }
    const Lying l = lyingOf(shape);
    if (in.division.flat) {
      const int strips = static_cast<int>((l.size() + kStrip - 1) / kStrip);
      for (int s = strips * thread_ / team_; s < strips * (thread_ + 1) / team_; s++) {
        const size_t offset = static_cast<size_t>(s) * kStrip;
        strip(in, shape, {0, 0, 0, static_cast<int>(std::min<size_t>(kStrip, l.size() - offset)), offset});
      }
      return;
    }
    const int panels = roundedUp(l.columns, l.panel) / l.panel;
    const int most = kStrip / l.panel;
    const int pieces = (l.rows + most - 1) / most;
    const int strips = panels * pieces;
    for (int s = strips * thread_ / team_; s < strips * (thread_ + 1) / team_; s++) {
      const int panel = s / pieces;
      const int begin = l.rows * (s % pieces) / pieces;
      const int end = l.rows * (s % pieces + 1) / pieces;
      strip(in, shape, {begin, panel * l.panel, end - begin, (end - begin) * l.panel, l.at(begin, panel * l.panel)});
    }
  }

  /// Coefficients are the same for all strips.
  void prepare(const Instruction& in) {
    coefficients_.clear();
    for (const StripOperation& one : in.operations) {
      if (one.kind != StripKind::sum && one.kind != StripKind::outerSum) continue;
      for (const Term& t : one.terms) coefficients_.push_back(coefficient(t.coefficient));
      coefficients_.push_back(coefficient(one.constant));
    }
    registers_.assign(in.registers, nullptr);
    if (strips_.size() < static_cast<size_t>(in.registers) * kStrip) strips_.resize(in.registers * kStrip);
  }

  void strip(const Instruction& in, const Buffer& shape, const Strip& s) {
    const float* coefficients = coefficients_.data();
    // Weights do not fit the second cache: those of the next strip come while this one is computed.
    if (in.fetched >= 0)
      for (int i = 0; i < s.length; i += 16) __builtin_prefetch(at_[in.fetched] + s.offset + s.length + i);
    for (const StripOperation& one : in.operations) {
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
          outer(one, s, own, nullptr, nullptr);
          break;
        case StripKind::outerSum:
          outer(one, s, own, registers_[one.terms[0].from], coefficients);
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
        case StripKind::multiply:
          kernels_.multiply(own, registers_[one.left], registers_[one.right], s.length);
          break;
        case StripKind::divide:
          kernels_.divide(own, registers_[one.left], registers_[one.right], s.length);
          break;
        case StripKind::map:
          kernels_.map(own, registers_[one.from], one.map, s.length);
          break;
      }
      registers_[one.to] = own;
    }
  }

  /// @param coefficients of the base, of the product, and the constant; none without a base
  void outer(const StripOperation& one, const Strip& s, float* to, const float* base, const float* coefficients) const {
    OuterRequest q{};
    q.left = at_[one.left] + s.row;
    q.leftStep = stepOf(plan_.buffers[one.left]);
    q.right = at_[one.right] + s.column;
    q.rightStep = stepOf(plan_.buffers[one.right]);
    q.samples = rows_;
    q.rows = s.rows;
    q.panel = s.length / s.rows;
    q.scale = one.mean ? 1.0f / static_cast<float>(rows_) : 1.0f;
    q.to = to;
    q.base = base;
    if (base != nullptr) {
      q.baseCoefficient = coefficients[0];
      q.coefficient = coefficients[1];
      q.constant = coefficients[2];
    }
    kernels_.outer(q);
  }

  /// The memory itself where the value has the strip's shape, else `own` filled with what is stretched.
  const float* loaded(int buffer, const Buffer& shape, const Strip& s, float* own) const {
    const Buffer& b = plan_.buffers[buffer];
    if (b.sameShape(shape)) return at_[buffer] + s.offset;
    if (!b.batch && b.rows * b.columns == 1) {
      std::fill(own, own + s.length, at_[buffer][0]);
    } else if (shape.batch) {
      if (b.columns == shape.columns) return at_[buffer] + s.column;
      std::fill(own, own + s.length, at_[buffer][static_cast<size_t>(s.row) * stepOf(b)]);
    } else {
      const int panel = s.length / s.rows;
      const Lying l = lyingOf(shape);
      for (int k = 0; k < s.rows; k++)
        for (int j = 0; j < panel; j++) {
          const int storedRow = s.row + k;
          const int storedColumn = std::min(s.column + j, l.columns - 1);
          const int row = shape.flipped ? storedColumn : storedRow;
          const int column = shape.flipped ? storedRow : storedColumn;
          own[k * panel + j] = entry(buffer, b.rows == 1 ? 0 : row, b.columns == 1 ? 0 : column);
        }
    }
    return own;
  }

  // ---- what no inner loop needs --------------------------------------------------------------------------------------

  void product(const Instruction& in) const {
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

  void softmax(const Instruction& in) const {
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

  void reduce(const Instruction& in) {
    const Buffer& b = plan_.buffers[in.from];
    const int rows = rowsOf(b);
    if (in.over == Over::columns) {
      const int first = b.batch ? firstRow_ : 0;
      const int last = b.batch ? lastRow_ : rows;
      const float scale = in.mean ? 1.0f / static_cast<float>(b.columns) : 1.0f;
      for (int i = first; i < last; i++) {
        double sum = 0;
        for (int j = 0; j < b.columns; j++) sum += entry(in.from, i, j);
        entry(in.to, i, 0) = static_cast<float>(sum) * scale;
      }
    } else if (in.over == Over::rows && b.batch) {
      // Row upon row: each is contiguous.
      const int step = stepOf(b);
      const int width = widthIn(kernels_, b);
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
      double sum = 0;
      for (int i = 0; i < rows; i++)
        for (int j = 0; j < b.columns; j++) sum += entry(in.from, i, j);
      entry(in.to, 0, 0) = static_cast<float>(in.mean ? sum / (static_cast<double>(rows) * b.columns) : sum);
    }
  }

  void measure(const Instruction& in) const {
    if (measured_ == nullptr) return;
    const Buffer& b = plan_.buffers[in.from];
    const int rows = rowsOf(b);
    float* to = (*measured_)[in.measurement].data() + static_cast<size_t>(iteration_) * rows * b.columns;
    const int first = b.batch ? firstRow_ : 0;
    const int last = b.batch ? lastRow_ : rows;
    for (int i = first; i < last; i++)
      for (int j = 0; j < b.columns; j++) to[static_cast<size_t>(i) * b.columns + j] = entry(in.from, i, j);
  }

  const Session& session_;
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
};

Session::Session(const Kernels& kernels, Plan training, Plan prediction, std::vector<ParameterShape> parameters,
                 std::vector<MeasurementShape> measurements, std::vector<int> widths, int scalarCount, int replicas,
                 int threads)
    : kernels_(kernels),
      training_(std::move(training)),
      prediction_(std::move(prediction)),
      parameters_(std::move(parameters)),
      measurements_(std::move(measurements)),
      widths_(std::move(widths)),
      scalarCount_(scalarCount),
      replicas_(replicas),
      pool_(threads) {
  settle(training_);
  settle(prediction_);
  size_t total = 0;
  for (const ParameterShape& p : parameters_) {
    offsets_.push_back(total);
    total += (lying(kernels_, p.rows, p.columns, p.flipped).size() + 15) / 16 * 16 + 16;
  }
  for (int r = 0; r < replicas; r++) replicaMemory_.push_back(std::make_unique<Memory>(total));
  workspaces_.resize(threads);
  scoring_.resize(threads);
}

Session::~Session() = default;

float* Session::parameter(int replica, int index) const { return replicaMemory_[replica]->at(offsets_[index]); }

void Session::write(int index, int replica, const float* values) {
  const ParameterShape& p = parameters_[index];
  const Lying l = lying(kernels_, p.rows, p.columns, p.flipped);
  float* to = parameter(replica, index);
  for (int i = 0; i < p.rows; i++)
    for (int j = 0; j < p.columns; j++)
      to[p.flipped ? l.at(j, i) : l.at(i, j)] = values[static_cast<size_t>(i) * p.columns + j];
}

void Session::read(int index, int replica, float* values) const {
  const ParameterShape& p = parameters_[index];
  const Lying l = lying(kernels_, p.rows, p.columns, p.flipped);
  const float* from = parameter(replica, index);
  for (int i = 0; i < p.rows; i++)
    for (int j = 0; j < p.columns; j++)
      values[static_cast<size_t>(i) * p.columns + j] = from[p.flipped ? l.at(j, i) : l.at(i, j)];
}

TrainResult Session::train(const TrainRequest& q) {
  TrainResult result;
  result.measurements.resize(replicas_);
  if (q.measureBatch >= 0)
    for (auto& of : result.measurements)
      for (const MeasurementShape& m : measurements_)
        of.emplace_back(static_cast<size_t>(m.batch ? q.batchSize : m.rows) * m.columns * m.iterations);
  const int threads = pool_.threads();
  for (auto& workspace : workspaces_)
    if (workspace == nullptr || workspace->batch != q.batchSize)
      workspace = std::make_unique<Workspace>(kernels_, training_, q.batchSize);

  const auto batches = [&](int replica, const Workspace& workspace, int thread, int team, Barrier* barrier,
                           std::atomic<bool>& stopped) {
    Frame frame(*this, workspace, replica, thread, team, barrier);
    for (int batch = 0; batch < q.batches; batch++) {
      // One decides for the team, which meets before and after: nobody is left waiting.
      if (thread == 0 && stop_) stopped = true;
      if (barrier != nullptr) barrier->wait();
      if (stopped) return;
      const size_t row = static_cast<size_t>(replica) * q.batches + batch;
      frame.run(data_[0], q.samples.data() + row * q.batchSize, q.batchSize, q.scalars.data() + row * scalarCount_,
                batch == q.measureBatch ? &result.measurements[replica] : nullptr);
      if (thread == 0) trained_++;
    }
  };

  // Whole networks to each thread first; what is left over is trained by all threads together.
  const int alone = threads == 1 ? replicas_ : replicas_ / threads * threads;
  std::atomic<int> next{0};
  std::atomic<bool> anyStopped{false};
  pool_.run([&](int thread) {
    const FlushSmall flush;
    for (int replica = next++; replica < alone; replica = next++) {
      std::atomic<bool> stopped{false};
      batches(replica, *workspaces_[thread], 0, 1, nullptr, stopped);
      if (stopped) anyStopped = true;
    }
  });
  for (int replica = alone; replica < replicas_; replica++) {
    Barrier barrier(threads);
    std::atomic<bool> stopped{false};
    pool_.run([&](int thread) {
      const FlushSmall flush;
      batches(replica, *workspaces_[0], thread, threads, &barrier, stopped);
    });
    if (stopped) anyStopped = true;
  }
  result.stopped = anyStopped;

  for (int replica = 0; replica < replicas_; replica++)
    for (int p = 0; p < parameterCount(); p++) {
      const ParameterShape& shape = parameters_[p];
      const Lying l = lying(kernels_, shape.rows, shape.columns, shape.flipped);
      const float* values = parameter(replica, p);
      bool finite = true;
      for (int panel = 0; panel < l.columns && finite; panel += l.panel)
        for (int i = 0; i < l.rows; i++) {
          const float* row = values + l.at(i, panel);
          // x·0 is 0 for every number and NaN for what is none.
          float sum = 0;
          for (int j = 0; j < std::min(l.panel, l.columns - panel); j++) sum += row[j] * 0.0f;
          finite = finite && sum == 0;
        }
      if (!finite) {
        result.broken.push_back(replica);
        break;
      }
    }
  return result;
}

std::vector<float> Session::score(const ScoreRequest& q) {
  const int count = static_cast<int>(q.samples.size());
  std::vector<float> scores(static_cast<size_t>(count) * classes());
  for (auto& workspace : scoring_)
    if (workspace == nullptr) workspace = std::make_unique<Workspace>(kernels_, prediction_, kScoringRows);
  std::atomic<int> next{0};
  pool_.run([&](int thread) {
    const FlushSmall flush;
    Frame frame(*this, *scoring_[thread], q.replica, 0, 1, nullptr);
    for (int from = next.fetch_add(kScoringRows); from < count; from = next.fetch_add(kScoringRows)) {
      const int rows = std::min(kScoringRows, count - from);
      frame.run(data_[q.split], q.samples.data() + from, rows, q.scalars.data(), nullptr);
      const int step = frame.step(prediction_.scores);
      for (int i = 0; i < rows; i++)
        std::copy_n(frame.scores() + static_cast<size_t>(i) * step, classes(),
                    scores.data() + static_cast<size_t>(from + i) * classes());
    }
  });
  return scores;
}

}  // namespace apical
