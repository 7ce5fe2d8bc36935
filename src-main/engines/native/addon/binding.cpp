// What JavaScript sees: instructionSets(), peak(set, threads), and a Session whose train and score run off its thread.
// Everything is copied in and out: the addon's memory is never JavaScript's and the other way round.
#include <napi.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "session.h"

namespace apical {
namespace {

const std::map<std::string, Map>& maps() {
  static const std::map<std::string, Map> kMaps = {
      {"none", Map::none},
      {"hardSigmoid", Map::hardSigmoid},
      {"relu", Map::relu},
      {"sigmoid", Map::sigmoid},
      {"tanh", Map::tanh},
      {"exp", Map::exp},
      {"log", Map::log},
      {"sqrt", Map::sqrt},
      {"square", Map::square},
      {"absolute", Map::absolute},
      {"hardSigmoidSlope", Map::hardSigmoidSlope},
      {"reluSlope", Map::reluSlope},
      {"sigmoidSlope", Map::sigmoidSlope},
      {"tanhSlope", Map::tanhSlope},
      {"logit", Map::logit},
      {"artanh", Map::artanh},
      {"slopeOfSigmoid", Map::slopeOfSigmoid},
  };
  return kMaps;
}

// ---- reading the plan ------------------------------------------------------------------------------------------------

int integer(const Napi::Object& object, const char* key) { return object.Get(key).ToNumber().Int32Value(); }
bool flag(const Napi::Object& object, const char* key) { return object.Get(key).ToBoolean(); }
std::string text(const Napi::Object& object, const char* key) { return object.Get(key).ToString(); }
double number(const Napi::Object& object, const char* key) { return object.Get(key).ToNumber().DoubleValue(); }

template <typename T, typename Read>
std::vector<T> list(const Napi::Object& object, const char* key, Read read) {
  const auto array = object.Get(key).As<Napi::Array>();
  std::vector<T> result;
  for (uint32_t i = 0; i < array.Length(); i++) result.push_back(read(array.Get(i).As<Napi::Object>()));
  return result;
}

[[noreturn]] void unknown(const Napi::Env& env, const std::string& what, const std::string& found) {
  throw Napi::Error::New(env, "The addon knows no " + what + " \"" + found + "\"; it was built from other sources.");
}

Map mapOf(const Napi::Object& object) {
  const std::string name = text(object, "map");
  const auto found = maps().find(name);
  if (found == maps().end()) unknown(object.Env(), "map", name);
  return found->second;
}

Coefficient coefficient(const Napi::Object& object, const char* key) {
  return list<Monomial>(object, key, [](const Napi::Object& m) {
    return Monomial{number(m, "factor"), list<ScalarAt>(m, "scalars", [](const Napi::Object& s) {
                      return ScalarAt{integer(s, "offset"), flag(s, "moving")};
                    })};
  });
}

Term term(const Napi::Object& o) { return {coefficient(o, "coefficient"), integer(o, "from")}; }

StripOperation stripOperation(const Napi::Object& o) {
  const std::string kind = text(o, "kind");
  StripOperation one;
  if (kind == "load") {
    one.kind = StripKind::load;
    one.to = integer(o, "to");
    one.buffer = integer(o, "buffer");
  } else if (kind == "store") {
    one.kind = StripKind::store;
    one.from = integer(o, "from");
    one.buffer = integer(o, "buffer");
  } else if (kind == "outer") {
    one.kind = StripKind::outer;
    one.to = integer(o, "to");
    one.left = integer(o, "left");
    one.right = integer(o, "right");
    one.mean = flag(o, "mean");
  } else if (kind == "sum") {
    one.kind = StripKind::sum;
    one.to = integer(o, "to");
    one.terms = list<Term>(o, "terms", term);
    one.constant = coefficient(o, "constant");
  } else if (kind == "multiply" || kind == "divide") {
    one.kind = kind == "multiply" ? StripKind::multiply : StripKind::divide;
    one.to = integer(o, "to");
    one.left = integer(o, "left");
    one.right = integer(o, "right");
  } else if (kind == "map") {
    one.kind = StripKind::map;
    one.to = integer(o, "to");
    one.from = integer(o, "from");
    one.map = mapOf(o);
  } else {
    unknown(o.Env(), "strip operation", kind);
  }
  return one;
}

Instruction instruction(const Napi::Object& o) {
  const std::string kind = text(o, "kind");
  Instruction in;
  if (kind == "input") {
    in.kind = Kind::input;
    in.labels = text(o, "name") == "y";
    in.to = integer(o, "to");
  } else if (kind == "fill") {
    in.kind = Kind::fill;
    in.to = integer(o, "to");
    in.number = static_cast<float>(number(o, "number"));
  } else if (kind == "copy" || kind == "transpose" || kind == "softmax") {
    in.kind = kind == "copy" ? Kind::copy : kind == "transpose" ? Kind::transpose : Kind::softmax;
    in.from = integer(o, "from");
    in.to = integer(o, "to");
  } else if (kind == "affine") {
    in.kind = Kind::affine;
    in.products = list<Product>(o, "products", [](const Napi::Object& p) {
      return Product{coefficient(p, "coefficient"), integer(p, "left"), integer(p, "right")};
    });
    in.streams = list<Term>(o, "streams", term);
    in.constant = coefficient(o, "constant");
    in.raw = integer(o, "raw");
    in.mapped = integer(o, "mapped");
    in.map = mapOf(o);
  } else if (kind == "chain") {
    in.kind = Kind::chain;
    in.registers = integer(o, "registers");
    in.operations = list<StripOperation>(o, "operations", stripOperation);
  } else if (kind == "product") {
    in.kind = Kind::product;
    in.left = integer(o, "left");
    in.right = integer(o, "right");
    in.transposeLeft = flag(o, "transposeLeft");
    in.transposeRight = flag(o, "transposeRight");
    in.mean = flag(o, "mean");
    in.to = integer(o, "to");
  } else if (kind == "reduce") {
    in.kind = Kind::reduce;
    const std::string over = text(o, "over");
    in.over = over == "rows" ? Over::rows : over == "columns" ? Over::columns : Over::all;
    in.mean = flag(o, "mean");
    in.from = integer(o, "from");
    in.to = integer(o, "to");
  } else if (kind == "measure") {
    in.kind = Kind::measure;
    in.measurement = integer(o, "measurement");
    in.from = integer(o, "from");
  } else if (kind == "repeat") {
    in.kind = Kind::repeat;
    in.count = integer(o, "count");
    in.body = list<Instruction>(o, "body", instruction);
    in.exchanged = list<Instruction::Pair>(o, "exchanged", [](const Napi::Object& p) {
      return Instruction::Pair{integer(p, "a"), integer(p, "b")};
    });
  } else {
    unknown(o.Env(), "instruction", kind);
  }
  return in;
}

Plan plan(const Napi::Object& o) {
  Plan p;
  p.buffers = list<Buffer>(o, "buffers", [](const Napi::Object& b) {
    return Buffer{flag(b, "batch"), integer(b, "rows"), integer(b, "columns"), flag(b, "flipped"),
                  integer(b, "parameter")};
  });
  p.instructions = list<Instruction>(o, "instructions", instruction);
  p.scores = integer(o, "scores");
  return p;
}

template <typename T, typename Array>
std::vector<T> copied(const Napi::Value& value) {
  const auto array = value.As<Array>();
  return std::vector<T>(array.Data(), array.Data() + array.ElementLength());
}

Napi::Float32Array floats(const Napi::Env& env, const std::vector<float>& values) {
  auto array = Napi::Float32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

const Kernels& kernelsNamed(const Napi::Env& env, const std::string& name) {
  int count = 0;
  const Kernels* const* found = availableKernels(&count);
  for (int i = 0; i < count; i++)
    if (found[i]->name == name) return *found[i];
  throw Napi::Error::New(env, "This processor has no instruction set \"" + name + "\".");
}

// ---- work off JavaScript's thread --------------------------------------------------------------------------------------

template <typename Result>
class Work : public Napi::AsyncWorker {
 public:
  using Do = std::function<Result()>;
  using Give = std::function<Napi::Value(const Napi::Env&, Result&)>;
  Work(const Napi::Env& env, Do make, Give give)
      : AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), make_(std::move(make)), give_(std::move(give)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }
  void Execute() override { result_ = make_(); }
  void OnOK() override { deferred_.Resolve(give_(Env(), result_)); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred deferred_;
  Do make_;
  Give give_;
  Result result_;
};

template <typename Result>
Napi::Promise queue(const Napi::Env& env, typename Work<Result>::Do make, typename Work<Result>::Give give) {
  auto* work = new Work<Result>(env, std::move(make), std::move(give));
  const Napi::Promise promise = work->promise();
  work->Queue();
  return promise;
}

class JsSession : public Napi::ObjectWrap<JsSession> {
 public:
  static Napi::Function define(const Napi::Env& env) {
    return DefineClass(env, "Session",
                       {InstanceMethod<&JsSession::bind>("bind"), InstanceMethod<&JsSession::write>("write"),
                        InstanceMethod<&JsSession::read>("read"), InstanceMethod<&JsSession::train>("train"),
                        InstanceMethod<&JsSession::score>("score"), InstanceMethod<&JsSession::stop>("stop"),
                        InstanceMethod<&JsSession::trained>("trained"), InstanceMethod<&JsSession::close>("close")});
  }

  explicit JsSession(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    const auto o = info[0].As<Napi::Object>();
    const auto parameters = list<ParameterShape>(o, "parameters", [](const Napi::Object& p) {
      return ParameterShape{integer(p, "rows"), integer(p, "columns"), flag(p, "flipped")};
    });
    const auto measurements = list<MeasurementShape>(o, "measurements", [](const Napi::Object& m) {
      return MeasurementShape{flag(m, "batch"), integer(m, "rows"), integer(m, "columns"), integer(m, "iterations")};
    });
    const auto widths = list<int>(o, "widths", [](const Napi::Object& w) { return w.ToNumber().Int32Value(); });
    session_ = std::make_shared<Session>(
        kernelsNamed(info.Env(), text(o, "set")), plan(o.Get("training").As<Napi::Object>()),
        plan(o.Get("prediction").As<Napi::Object>()), parameters, measurements, widths, integer(o, "scalarCount"),
        integer(o, "replicas"), integer(o, "threads"));
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
          auto given = Napi::Object::New(env);
          given["measurements"] = measurements;
          given["broken"] = broken;
          given["stopped"] = result.stopped;
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

  void stop(const Napi::CallbackInfo&) { session_->stop(); }
  Napi::Value trained(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(session_->trained()));
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

/// peak(set, threads): 10⁹ floating-point operations a second of multiply-adds in registers, the best of some rounds.
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

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports["Session"] = JsSession::define(env);
  exports["instructionSets"] = Napi::Function::New(env, instructionSets);
  exports["peak"] = Napi::Function::New(env, peak);
  return exports;
}

}  // namespace
}  // namespace apical

static Napi::Object apicalInit(Napi::Env env, Napi::Object exports) { return apical::init(env, exports); }
NODE_API_MODULE(apical, apicalInit)
