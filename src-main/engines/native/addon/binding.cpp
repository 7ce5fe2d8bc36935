// What JavaScript sees: instructionSets(), peak(set, threads), bandwidth(set, threads, bytes), and a Session whose train and score run off its thread.
#include <napi.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "js-values.h"
#include "memory.h"
#include "pool.h"
#include "read-plan.h"
#include "session.h"
#include "work.h"

namespace apical {
namespace {

const Kernels& kernelsNamed(const Napi::Env& env, const std::string& name) {
  int count = 0;
  const Kernels* const* found = availableKernels(&count);
  for (int i = 0; i < count; i++)
    if (found[i]->name == name) return *found[i];
  throw Napi::Error::New(env, "This processor has no instruction set \"" + name + "\".");
}

class JsSession : public Napi::ObjectWrap<JsSession> {
 public:
  static Napi::Function define(const Napi::Env& env) {
    return DefineClass(env, "Session",
                       {InstanceMethod<&JsSession::bind>("bind"), InstanceMethod<&JsSession::write>("write"),
                        InstanceMethod<&JsSession::read>("read"), InstanceMethod<&JsSession::train>("train"),
                        InstanceMethod<&JsSession::score>("score"), InstanceMethod<&JsSession::close>("close")});
  }

  explicit JsSession(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    const auto o = info[0].As<Napi::Object>();
    const auto parameters = list<ParameterShape>(o, "parameters", [](const Napi::Object& p) {
      return ParameterShape{integer(p, "rows"), integer(p, "columns"), flag(p, "transposed")};
    });
    const auto measurements = list<MeasurementShape>(o, "measurements", [](const Napi::Object& m) {
      return MeasurementShape{flag(m, "batch"), integer(m, "rows"), integer(m, "columns"), integer(m, "iterations")};
    });
    session_ = std::make_shared<Session>(
        kernelsNamed(info.Env(), text(o, "set")), readPlan(o.Get("training").As<Napi::Object>()),
        readPlan(o.Get("prediction").As<Napi::Object>()), parameters, measurements, integer(o, "classes"),
        integer(o, "scalarCount"), integer(o, "replicas"), integer(o, "threads"));
  }

 private:
  void bind(const Napi::CallbackInfo& info) {
    const auto o = info[1].As<Napi::Object>();
    Samples samples;
    samples.count = integer(o, "count");
    samples.features = integer(o, "features");
    samples.pixels = copied<uint8_t, Napi::Uint8Array>(o.Get("pixels"));
    samples.scaled = copied<float, Napi::Float32Array>(o.Get("scaled"));
    samples.labels = copied<uint16_t, Napi::Uint16Array>(o.Get("labels"));
    samples.values = copied<float, Napi::Float32Array>(o.Get("values"));
    samples.channels = static_cast<int>(samples.values.size() / 256);
    session_->bind(info[0].ToNumber().Int32Value(), std::move(samples));
  }

  void write(const Napi::CallbackInfo& info) {
    session_->write(info[0].ToNumber().Int32Value(), info[1].ToNumber().Int32Value(),
                    info[2].As<Napi::Float32Array>().Data());
  }

  Napi::Value read(const Napi::CallbackInfo& info) {
    const int parameter = info[0].ToNumber().Int32Value();
    auto values = Napi::Float32Array::New(info.Env(), session_->parameterSize(parameter));
    session_->read(parameter, info[1].ToNumber().Int32Value(), values.Data());
    return values;
  }

  Napi::Value train(const Napi::CallbackInfo& info) {
    const auto o = info[0].As<Napi::Object>();
    auto request = std::make_shared<TrainRequest>(
        TrainRequest{integer(o, "batchSize"), integer(o, "batches"), copied<uint32_t, Napi::Uint32Array>(o.Get("samples")),
                     copied<double, Napi::Float64Array>(o.Get("scalars")), integer(o, "measureBatch")});
    return queue<TrainResult>(
        info.Env(), [session = session_, request] { return session->train(*request); },
        [](const Napi::Env& env, TrainResult& result) -> Napi::Value {
          auto measurements = Napi::Array::New(env);
          for (size_t r = 0; r < result.measurements.size(); r++) {
            auto of = Napi::Array::New(env);
            for (size_t m = 0; m < result.measurements[r].size(); m++)
              of[static_cast<uint32_t>(m)] = floats(env, result.measurements[r][m]);
            measurements[static_cast<uint32_t>(r)] = of;
          }
          auto broken = Napi::Array::New(env);
          for (size_t i = 0; i < result.broken.size(); i++) broken[static_cast<uint32_t>(i)] = result.broken[i];
          auto hits = Napi::Array::New(env);
          for (size_t r = 0; r < result.hits.size(); r++) hits[static_cast<uint32_t>(r)] = result.hits[r];
          auto given = Napi::Object::New(env);
          given["measurements"] = measurements;
          given["broken"] = broken;
          given["hits"] = hits;
          return given;
        });
  }

  Napi::Value score(const Napi::CallbackInfo& info) {
    const auto o = info[0].As<Napi::Object>();
    auto request = std::make_shared<ScoreRequest>(
        ScoreRequest{integer(o, "split"), integer(o, "replica"), copied<uint32_t, Napi::Uint32Array>(o.Get("samples")),
                     copied<double, Napi::Float64Array>(o.Get("scalars"))});
    return queue<std::vector<float>>(
        info.Env(), [session = session_, request] { return session->score(*request); },
        [](const Napi::Env& env, std::vector<float>& scores) -> Napi::Value { return floats(env, scores); });
  }

  /// Work that is still running keeps the session until it has ended.
  void close(const Napi::CallbackInfo&) {
    session_->stop();
    session_.reset();
  }

  std::shared_ptr<Session> session_;
};

// ---- what the machine has ----------------------------------------------------------------------------------------------

Napi::Value instructionSets(const Napi::CallbackInfo& info) {
  int count = 0;
  const Kernels* const* found = availableKernels(&count);
  auto names = Napi::Array::New(info.Env());
  for (int i = 0; i < count; i++) names[static_cast<uint32_t>(i)] = found[i]->name;
  return names;
}

/// peak(set, threads): GFLOP/s of multiply-adds in registers, the best of some rounds.
Napi::Value peak(const Napi::CallbackInfo& info) {
  const Kernels& kernels = kernelsNamed(info.Env(), info[0].ToString());
  const int threads = info[1].ToNumber().Int32Value();
  return queue<double>(
      info.Env(),
      [&kernels, threads] {
        Pool pool(threads);
        double best = 0;
        for (int round = 0; round < 4; round++) {
          std::vector<double> done(threads);
          const auto begin = std::chrono::steady_clock::now();
          pool.run([&](int thread) {
            float sink[16] = {0.5f, 0.999f, 0.001f};
            done[thread] = kernels.peak(1'000'000, sink);
          });
          const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
          double total = 0;
          for (const double one : done) total += one;
          best = std::max(best, total / elapsed.count() / 1e9);
        }
        return best;
      },
      [](const Napi::Env& env, double& best) -> Napi::Value { return Napi::Number::New(env, best); });
}

/// bandwidth(set, threads, bytes): GB/s read and written by passes over so many bytes of each thread, the best of some rounds.
Napi::Value bandwidth(const Napi::CallbackInfo& info) {
  const Kernels& kernels = kernelsNamed(info.Env(), info[0].ToString());
  const int threads = info[1].ToNumber().Int32Value();
  const size_t grain = static_cast<size_t>(kernels.width) * 4;
  const size_t floats = std::max<size_t>(info[2].ToNumber().Int64Value() / sizeof(float) / grain, 1) * grain;
  return queue<double>(
      info.Env(),
      [&kernels, threads, floats] {
        Pool pool(threads);
        std::vector<std::unique_ptr<Memory>> memory(threads);
        for (auto& own : memory) own = std::make_unique<Memory>(floats);
        constexpr size_t kLeast = size_t{8} << 20;
        const size_t passes = std::max<size_t>(kLeast / floats, 2);
        double best = 0;
        for (int round = 0; round < 5; round++) {
          const auto begin = std::chrono::steady_clock::now();
          pool.run([&](int thread) {
            for (size_t i = 0; i < passes; i++) kernels.pass(memory[thread]->at(0), floats);
          });
          const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
          best = std::max(best, 2.0 * sizeof(float) * threads * passes * floats / elapsed.count() / 1e9);
        }
        return best;
      },
      [](const Napi::Env& env, double& best) -> Napi::Value { return Napi::Number::New(env, best); });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports["Session"] = JsSession::define(env);
  exports["instructionSets"] = Napi::Function::New(env, instructionSets);
  exports["peak"] = Napi::Function::New(env, peak);
  exports["bandwidth"] = Napi::Function::New(env, bandwidth);
  return exports;
}

}  // namespace
}  // namespace apical

static Napi::Object apicalInit(Napi::Env env, Napi::Object exports) { return apical::init(env, exports); }
NODE_API_MODULE(apical, apicalInit)
