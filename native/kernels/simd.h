// Vectors of the length that the CPU's registers have, by the compiler's extension, and tanh on them. Longer vectors
// would compile, but GCC takes their comparisons apart into scalars. Each including file is compiled for one kind of
// CPU, so nothing here may be shared between files: use no inline function of the standard library, and keep everything
// in an unnamed namespace.
#pragma once

#include <cstdint>

// 32 with AVX2, 64 with AVX-512; SSE2 and NEON have 16. (GCC 12 does not define __AVX2__ by `#pragma GCC target`.)
#if !defined(MEANFIELD_VECTOR_BYTES)
#define MEANFIELD_VECTOR_BYTES 16
#endif

#define MEANFIELD_INLINE static inline __attribute__((always_inline))

namespace meanfield {
namespace {

template <typename T>
struct Simd;

template <>
struct Simd<double> {
  typedef double V __attribute__((vector_size(MEANFIELD_VECTOR_BYTES)));
  typedef int64_t I __attribute__((vector_size(MEANFIELD_VECTOR_BYTES)));
  static constexpr int kLanes = MEANFIELD_VECTOR_BYTES / 8;
  static constexpr double kMagic = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  static constexpr int64_t kMagicBits = 0x4338000000000000;
  static constexpr int kMantissa = 52;
  static constexpr int64_t kBias = 1023;
  static constexpr int64_t kSign = INT64_MIN;
  static constexpr double kLn2High = 6.93147180369123816490e-01;
  static constexpr double kLn2Low = 1.90821492927058770002e-10;
  static constexpr double kSaturated = 20.0;
  static constexpr int kDegree = 13;
};

template <>
struct Simd<float> {
  typedef float V __attribute__((vector_size(MEANFIELD_VECTOR_BYTES)));
  typedef int32_t I __attribute__((vector_size(MEANFIELD_VECTOR_BYTES)));
  static constexpr int kLanes = MEANFIELD_VECTOR_BYTES / 4;
  static constexpr float kMagic = 12582912.0f;
  static constexpr int32_t kMagicBits = 0x4B400000;
  static constexpr int kMantissa = 23;
  static constexpr int32_t kBias = 127;
  static constexpr int32_t kSign = INT32_MIN;
  static constexpr float kLn2High = 0.693359375f;
  static constexpr float kLn2Low = -2.12194440e-4f;
  static constexpr float kSaturated = 10.0f;
  static constexpr int kDegree = 7;
};

template <typename T>
MEANFIELD_INLINE typename Simd<T>::V load(const T* from) {
  typename Simd<T>::V value;
  __builtin_memcpy(&value, from, sizeof(value));
  return value;
}

template <typename T>
MEANFIELD_INLINE void store(T* to, typename Simd<T>::V value) {
  __builtin_memcpy(to, &value, sizeof(value));
}

template <typename T>
MEANFIELD_INLINE typename Simd<T>::V splat(T value) {
  return value - typename Simd<T>::V{};
}

// 1 / i!
constexpr double kInverseFactorial[14] = {1.0,
                                          1.0,
                                          1.0 / 2,
                                          1.0 / 6,
                                          1.0 / 24,
                                          1.0 / 120,
                                          1.0 / 720,
                                          1.0 / 5040,
                                          1.0 / 40320,
                                          1.0 / 362880,
                                          1.0 / 3628800,
                                          1.0 / 39916800,
                                          1.0 / 479001600,
                                          1.0 / 6227020800};

// tanh(x) = E / (E + 2) with E = exp(2 abs(x)) - 1: exactly odd, and accurate to a few units in the last place
// everywhere. exp(z) - 1 = 2^n (exp(r) - 1) + (2^n - 1) with z = n ln 2 + r; exp(r) - 1 by its Taylor polynomial on
// abs(r) <= ln(2) / 2. W vectors in step: each is a chain of forty dependent operations.
template <typename T, int W>
MEANFIELD_INLINE void tanh_each(typename Simd<T>::V* x) {
  using S = Simd<T>;
  using V = typename S::V;
  using I = typename S::I;
  V r[W], p[W], power[W];
#pragma GCC unroll 4
  for (int i = 0; i < W; ++i) {
    V z = (V)((I)x[i] & ~S::kSign) * T(2);
    // A NaN compares false and stays.
    z = z > T(2) * S::kSaturated ? splat<T>(T(2) * S::kSaturated) : z;
    const V shifted = z * T(1.44269504088896340736) + S::kMagic;
    power[i] = (V)((((I)shifted - S::kMagicBits) + S::kBias) << S::kMantissa);
    const V whole = shifted - S::kMagic;
    r[i] = (z - whole * S::kLn2High) - whole * S::kLn2Low;
    p[i] = splat<T>(T(kInverseFactorial[S::kDegree]));
  }
#pragma GCC unroll 16
  for (int k = S::kDegree - 1; k > 0; --k)
#pragma GCC unroll 4
    for (int i = 0; i < W; ++i) p[i] = p[i] * r[i] + T(kInverseFactorial[k]);
#pragma GCC unroll 4
  for (int i = 0; i < W; ++i) {
    const V e = power[i] * (p[i] * r[i]) + (power[i] - T(1));
    x[i] = (V)((I)(e / (e + T(2))) | ((I)x[i] & S::kSign));
  }
}

}  // namespace
}  // namespace meanfield
