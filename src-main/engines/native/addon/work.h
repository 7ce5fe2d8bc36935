#pragma once

#include <napi.h>

#include <functional>
#include <utility>

namespace apical {

/// Work off JavaScript's thread, as a promise: `make` runs on a thread of libuv, `give` turns its result into a value.
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

}  // namespace apical
