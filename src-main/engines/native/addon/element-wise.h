// The kernels of element-wise operations, on whole vectors of a strip.
#pragma once

#include <cmath>

#include "kernels.h"
#include "vector.h"

namespace apical::APICAL_SET {
namespace {

template <int Count>
APICAL_INLINE void sumOf(float* to, const float* const* terms, const float* coefficients, float constant, int length) {
  // Copies: a store might overwrite the lists, for all that the compiler knows, and they would be read again after each.
  const float* from[Count + 1];
  Vector by[Count + 1];
#pragma GCC unroll 4
  for (int t = 0; t < Count; t++) {
    from[t] = terms[t];
    by[t] = splat(coefficients[t]);
  }
  for (int i = 0; i < length; i += kWidth) {
    Vector sum = splat(constant);
#pragma GCC unroll 4
    for (int t = 0; t < Count; t++) sum = multiplyAdd(by[t], load(from[t] + i), sum);
    store(to + i, sum);
  }
}

void sum(float* to, const float* const* terms, const float* coefficients, int count, float constant, int length) {
  switch (count) {
    case 0:
      return sumOf<0>(to, terms, coefficients, constant, length);
    case 1:
      return sumOf<1>(to, terms, coefficients, constant, length);
    case 2:
      return sumOf<2>(to, terms, coefficients, constant, length);
    case 3:
      return sumOf<3>(to, terms, coefficients, constant, length);
    case 4:
      return sumOf<4>(to, terms, coefficients, constant, length);
    default:
      for (int i = 0; i < length; i += kWidth) {
        Vector s = splat(constant);
        for (int t = 0; t < count; t++) s = multiplyAdd(splat(coefficients[t]), load(terms[t] + i), s);
        store(to + i, s);
      }
  }
}

void sumSquare(float* to, const float* const* terms, const float* coefficients, float constant, int length) {
  const float* const a = terms[0];
  const float* const b = terms[1];
  const Vector byA = splat(coefficients[0]);
  const Vector byB = splat(coefficients[1]);
  for (int i = 0; i < length; i += kWidth) {
    const Vector squared = load(b + i) * load(b + i);
    store(to + i, multiplyAdd(byB, squared, multiplyAdd(byA, load(a + i), splat(constant))));
  }
}

void multiply(float* to, const float* a, const float* b, int length) {
  for (int i = 0; i < length; i += kWidth) store(to + i, load(a + i) * load(b + i));
}

void divide(float* to, const float* a, const float* b, int length) {
  for (int i = 0; i < length; i += kWidth) store(to + i, load(a + i) / load(b + i));
}

void divideRoot(float* to, const float* a, const float* b, float coefficient, float constant, int length) {
  const Vector c = splat(coefficient);
  const Vector k = splat(constant);
  if (canEstimateRoot(coefficient, constant))
    for (int i = 0; i < length; i += kWidth) store(to + i, overRoot(load(a + i), load(b + i), c, k));
  else
    for (int i = 0; i < length; i += kWidth) store(to + i, exactOverRoot(load(a + i), load(b + i), c, k));
}

template <bool Estimated>
void adamStep(const AdamRequest& q) {
  Vector by[11];
  for (int i = 0; i < 11; i++) by[i] = splat(q.coefficients[i]);
  for (int i = 0; i < q.length; i += kWidth) {
    const Vector gradient = load(q.gradient + i);
    const Vector first = multiplyAdd(by[1], gradient, multiplyAdd(by[0], load(q.firstBefore + i), by[2]));
    const Vector second = multiplyAdd(by[4], gradient * gradient, multiplyAdd(by[3], load(q.secondBefore + i), by[5]));
    const Vector step = Estimated ? overRoot(first, second, by[6], by[7]) : exactOverRoot(first, second, by[6], by[7]);
    const Vector moved = multiplyAdd(by[9], step, multiplyAdd(by[8], load(q.weights + i), by[10]));
    store(q.first + i, first);
    store(q.second + i, second);
    store(q.moved + i, moved);
  }
}

void adam(const AdamRequest& q) {
  if (canEstimateRoot(q.coefficients[6], q.coefficients[7])) return adamStep<true>(q);
  adamStep<false>(q);
}

template <typename F>
APICAL_INLINE void mapped(float* to, const float* from, int length, F f) {
  for (int i = 0; i < length; i += kWidth) store(to + i, f(load(from + i)));
}

void map(float* to, const float* from, Map map, int length) {
  const Vector zero{};
  const Vector one = splat(1.0f);
  switch (map) {
    case Map::none:
      return mapped(to, from, length, [](Vector v) { return v; });
    case Map::hardSigmoid:
      return mapped(to, from, length, clipped);
    case Map::relu:
      return mapped(to, from, length, rectified);
    case Map::sigmoid:
      return mapped(to, from, length, sigmoid);
    case Map::tanh:
      return mapped(to, from, length, hyperbolicTangent);
    case Map::exp:
      return mapped(to, from, length, exponential);
    case Map::log:
      return mapped(to, from, length, [](Vector v) { return each(v, [](float x) { return std::log(x); }); });
    case Map::sqrt:
      return mapped(to, from, length, squareRoot);
    case Map::square:
      return mapped(to, from, length, [](Vector v) { return v * v; });
    case Map::absolute:
      return mapped(to, from, length, absolute);
    case Map::hardSigmoidSlope:
      return mapped(to, from, length, [&](Vector v) {
        const Vector slope = v > zero ? (v < one ? one : zero) : zero;
        return v != v ? v : slope;
      });
    case Map::reluSlope:
      return mapped(to, from, length, [&](Vector v) {
        const Vector slope = v > zero ? one : zero;
        return v != v ? v : slope;
      });
    case Map::sigmoidSlope:
      return mapped(to, from, length, [&](Vector v) {
        const Vector s = sigmoid(v);
        return s * (one - s);
      });
    case Map::slopeOfSigmoid:
      return mapped(to, from, length, [&](Vector s) { return s * (one - s); });
    case Map::tanhSlope:
      return mapped(to, from, length, [&](Vector v) {
        const Vector t = hyperbolicTangent(v);
        return one - t * t;
      });
    case Map::logit:
      return mapped(to, from, length,
                    [](Vector v) { return each(v, [](float x) { return std::log(x / (1 - x)); }); });
    case Map::artanh:
      return mapped(to, from, length, [](Vector v) { return each(v, [](float x) { return std::atanh(x); }); });
  }
}

}  // namespace
}  // namespace apical::APICAL_SET
