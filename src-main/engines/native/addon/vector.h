// One vector of floats, APICAL_WIDTH wide, in the compiler's own vector types: the same source serves every processor.
//
// Each instruction set is its own compilation of kernels.cpp; everything here is in a namespace of that compilation,
// so that the linker never takes one set's function for another's.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace apical::APICAL_SET {

constexpr int kWidth = APICAL_WIDTH;

typedef float Vector __attribute__((vector_size(APICAL_WIDTH * 4)));
typedef int32_t Bits __attribute__((vector_size(APICAL_WIDTH * 4)));
typedef float VectorInMemory __attribute__((vector_size(APICAL_WIDTH * 4), aligned(4), may_alias));

#define APICAL_INLINE inline __attribute__((always_inline))

APICAL_INLINE Vector load(const float* from) { return *reinterpret_cast<const VectorInMemory*>(from); }
APICAL_INLINE void store(float* to, Vector v) { *reinterpret_cast<VectorInMemory*>(to) = v; }
APICAL_INLINE Vector splat(float v) { return v - Vector{}; }

/// a·b + c, rounded once where the processor can. Written out because an entry must come out the same in every tile.
APICAL_INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) {
#if defined(__AVX512F__) && APICAL_WIDTH == 16
  return reinterpret_cast<Vector>(_mm512_fmadd_ps(
      reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b), reinterpret_cast<__m512>(c)));
#elif defined(__FMA__) && APICAL_WIDTH == 8
  return reinterpret_cast<Vector>(_mm256_fmadd_ps(
      reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b), reinterpret_cast<__m256>(c)));
#elif defined(__ARM_NEON) && APICAL_WIDTH == 4
  return reinterpret_cast<Vector>(vfmaq_f32(
      reinterpret_cast<float32x4_t>(c), reinterpret_cast<float32x4_t>(a), reinterpret_cast<float32x4_t>(b)));
#else
  return a * b + c;
#endif
}

APICAL_INLINE Vector squareRoot(Vector v) {
#if defined(__AVX512F__) && APICAL_WIDTH == 16
  return reinterpret_cast<Vector>(_mm512_sqrt_ps(reinterpret_cast<__m512>(v)));
#elif defined(__AVX__) && APICAL_WIDTH == 8
  return reinterpret_cast<Vector>(_mm256_sqrt_ps(reinterpret_cast<__m256>(v)));
#else
  Vector r;
  for (int i = 0; i < kWidth; i++) r[i] = std::sqrt(v[i]);
  return r;
#endif
}

/// a / (c·√b + k) as the processor's own root and quotient have it: the divider is busy for tens of cycles with each.
APICAL_INLINE Vector exactOverRoot(Vector a, Vector b, Vector c, Vector k) {
  return a / multiplyAdd(c, squareRoot(b), k);
}

/// Whether overRoot may be asked: the least number, which stands for b = 0 there, does not count beside k.
APICAL_INLINE bool canEstimateRoot(float c, float k) { return k >= 1e-11f * std::fabs(c); }

/// The same to 2 units in the last place, by the processor's estimates to 14 bits and a step of Newton's method for each.
APICAL_INLINE Vector overRoot(Vector a, Vector b, Vector c, Vector k) {
#if defined(__AVX512DQ__) && APICAL_WIDTH == 16
  const __m512 square = _mm512_max_ps(reinterpret_cast<__m512>(b), _mm512_set1_ps(0x1p-126f));
  const __m512 inverse = _mm512_rsqrt14_ps(square);
  const __m512 near = _mm512_mul_ps(square, inverse);
  const __m512 half = _mm512_mul_ps(inverse, _mm512_set1_ps(0.5f));
  const __m512 root = _mm512_fmadd_ps(half, _mm512_fnmadd_ps(near, near, square), near);
  const __m512 divisor = _mm512_fmadd_ps(reinterpret_cast<__m512>(c), root, reinterpret_cast<__m512>(k));
  const __m512 reciprocal = _mm512_rcp14_ps(divisor);
  const __m512 left = reinterpret_cast<__m512>(a);
  const __m512 about = _mm512_mul_ps(left, reciprocal);
  const __m512 quotient = _mm512_fmadd_ps(reciprocal, _mm512_fnmadd_ps(about, divisor, left), about);
  // Not a number, infinite or negative: what the estimates know nothing of.
  const __mmask16 odd = _mm512_fpclass_ps_mask(reinterpret_cast<__m512>(b), 0x01 | 0x08 | 0x10 | 0x40 | 0x80);
  if (__builtin_expect(odd == 0, 1)) return reinterpret_cast<Vector>(quotient);
  const __m512 exact = reinterpret_cast<__m512>(exactOverRoot(a, b, c, k));
  return reinterpret_cast<Vector>(_mm512_mask_blend_ps(odd, quotient, exact));
#else
  return exactOverRoot(a, b, c, k);
#endif
}

// Comparisons are written so that NaN fails them and stays.
APICAL_INLINE Vector atLeast(Vector v, Vector bound) { return v < bound ? bound : v; }
APICAL_INLINE Vector atMost(Vector v, Vector bound) { return v > bound ? bound : v; }
APICAL_INLINE Vector clipped(Vector v) { return atMost(atLeast(v, Vector{}), splat(1.0f)); }
APICAL_INLINE Vector rectified(Vector v) { return atLeast(v, Vector{}); }

APICAL_INLINE Bits bitsOf(Vector v) { return reinterpret_cast<Bits>(v); }
APICAL_INLINE Vector ofBits(Bits b) { return reinterpret_cast<Vector>(b); }
APICAL_INLINE Vector absolute(Vector v) { return ofBits(bitsOf(v) & 0x7fffffff); }

/// eᵛ to 2 units in the last place: v = n·ln 2 + r, |r| ≤ ½ ln 2, eʳ by its series to r⁷.
APICAL_INLINE Vector exponential(Vector v) {
  const Vector x = atLeast(atMost(v, splat(89.0f)), splat(-104.0f));
  // Adding and taking away 1.5·2²³ rounds to the nearest whole number.
  const Vector magic = splat(12582912.0f);
  const Vector n = multiplyAdd(x, splat(1.44269504f), magic) - magic;
  Vector r = multiplyAdd(n, splat(-0.693359375f), x);
  r = multiplyAdd(n, splat(2.12194440e-4f), r);
  Vector p = splat(1.0f / 5040);
  p = multiplyAdd(p, r, splat(1.0f / 720));
  p = multiplyAdd(p, r, splat(1.0f / 120));
  p = multiplyAdd(p, r, splat(1.0f / 24));
  p = multiplyAdd(p, r, splat(1.0f / 6));
  p = multiplyAdd(p, r, splat(0.5f));
  p = multiplyAdd(p, r, splat(1.0f));
  p = multiplyAdd(p, r, splat(1.0f));
  // 2ⁿ in two factors, since n reaches beyond what one exponent holds.
  const Bits whole = __builtin_convertvector(n, Bits);
  const Bits half = whole >> 1;
  const Vector first = ofBits((half + 127) << 23);
  const Vector second = ofBits((whole - half + 127) << 23);
  const Vector result = p * first * second;
  return v != v ? v : result;
}

APICAL_INLINE Vector sigmoid(Vector v) { return splat(1.0f) / (splat(1.0f) + exponential(-v)); }

/// tanh: by its series near 0, where 1 − 2/(e²ᵛ + 1) cancels.
APICAL_INLINE Vector hyperbolicTangent(Vector v) {
  const Vector a = absolute(v);
  const Vector far = splat(1.0f) - splat(2.0f) / (exponential(a + a) + splat(1.0f));
  const Vector s = v * v;
  Vector p = splat(-5.70498872745e-3f);
  p = multiplyAdd(p, s, splat(2.06390887954e-2f));
  p = multiplyAdd(p, s, splat(-5.37397155531e-2f));
  p = multiplyAdd(p, s, splat(1.33314422036e-1f));
  p = multiplyAdd(p, s, splat(-3.33332819422e-1f));
  const Vector near = multiplyAdd(p * s, v, v);
  const Vector signedFar = v < Vector{} ? -far : far;
  return a < splat(0.625f) ? near : signedFar;
}

/// One libm call per entry, for the functions that no inner loop needs.
template <typename F>
APICAL_INLINE Vector each(Vector v, F f) {
  Vector r;
  for (int i = 0; i < kWidth; i++) r[i] = f(v[i]);
  return r;
}

}  // namespace apical::APICAL_SET
