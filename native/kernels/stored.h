// Storage types and their arithmetic: f64 and f32 as they are, bf16 (uint16_t) in f32. As with simd.h, each including
// file is compiled for one kind of CPU.
#pragma once

#include "simd.h"

namespace meanfield {
namespace {

template <typename T>
struct Stored {
  using A = T;
  using V = typename Simd<T>::V;
  MEANFIELD_INLINE V load(const T* from) { return meanfield::load<T>(from); }
  MEANFIELD_INLINE void store(T* to, V value) { meanfield::store<T>(to, value); }
  // The value after a round trip through memory.
  MEANFIELD_INLINE V rounded(V value) { return value; }
  MEANFIELD_INLINE T of(A value) { return value; }
};

// bf16: the upper half of a float, rounded to nearest, ties to even.
template <>
struct Stored<uint16_t> {
  using A = float;
  using V = Simd<float>::V;
  typedef uint16_t Half __attribute__((vector_size(MEANFIELD_VECTOR_BYTES / 2)));
  typedef uint32_t Word __attribute__((vector_size(MEANFIELD_VECTOR_BYTES)));
  MEANFIELD_INLINE V load(const uint16_t* from) {
    Half half;
    __builtin_memcpy(&half, from, sizeof(half));
    return (V)(__builtin_convertvector(half, Word) << 16);
  }
  MEANFIELD_INLINE Word bits_of(V value) {
    const Word bits = (Word)value;
    const Word nan = (Word)(value != value);
    return (nan & 0x7fc00000u) | (~nan & (bits + 0x7fffu + ((bits >> 16) & 1u)));
  }
  MEANFIELD_INLINE V rounded(V value) { return (V)(bits_of(value) & 0xffff0000u); }
  MEANFIELD_INLINE void store(uint16_t* to, V value) {
    const Half half = __builtin_convertvector(bits_of(value) >> 16, Half);
    __builtin_memcpy(to, &half, sizeof(half));
  }
  MEANFIELD_INLINE uint16_t of(float value) {
    uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof(bits));
    return value != value ? 0x7fc0 : (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  }
};

}  // namespace
}  // namespace meanfield
