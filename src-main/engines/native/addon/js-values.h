// JavaScript values as C++ ones. Everything is copied: the addon and JavaScript never share memory.
#pragma once

#include <napi.h>

#include <algorithm>
#include <string>
#include <vector>

namespace apical {

inline int integer(const Napi::Object& object, const char* key) { return object.Get(key).ToNumber().Int32Value(); }
inline bool flag(const Napi::Object& object, const char* key) { return object.Get(key).ToBoolean(); }
inline std::string text(const Napi::Object& object, const char* key) { return object.Get(key).ToString(); }
inline double number(const Napi::Object& object, const char* key) { return object.Get(key).ToNumber().DoubleValue(); }

template <typename T, typename Read>
std::vector<T> list(const Napi::Object& object, const char* key, Read read) {
  const auto array = object.Get(key).As<Napi::Array>();
  std::vector<T> result;
  for (uint32_t i = 0; i < array.Length(); i++) result.push_back(read(array.Get(i).As<Napi::Object>()));
  return result;
}

template <typename T, typename Array>
std::vector<T> copied(const Napi::Value& value) {
  const auto array = value.As<Array>();
  return std::vector<T>(array.Data(), array.Data() + array.ElementLength());
}

inline Napi::Float32Array floats(const Napi::Env& env, const std::vector<float>& values) {
  auto array = Napi::Float32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

}  // namespace apical
