// Arguments of the 3 x 3 convolution loops (padding 1). Images are channels-last and contiguous.
#pragma once

#include <cstdint>

namespace meanfield::conv3x3 {

// T: the storage type (uint16_t: bf16). A: the type of the arithmetic.

// Packs a kernel in the order in which the loops read it: blocks of output channels as wide as the registers allow.
template <typename T, typename A>
struct PackJob {
  int64_t in, out;
  const A* weight;  // [out, 3, 3, in], or its transpose: [in, 3, 3, out], read from its last pixel to its first
  bool transposed;
  T* packed;  // [out / block, 3, in, 3, block]; bf16: [out / block, 3, in / 2, 3, block, 2]
};

// y = relu(x * weight + bias + add), stride 1.
template <typename T, typename A>
struct ForwardJob {
  int64_t height, width, in, out;
  const T *x, *packed;
  const T* zeros;  // [in]
  const A* bias;   // [out], may be null
  const T* add;    // shaped as y, may be null
  bool relu;
  T* y;
};

// The gradient with respect to the weight.
template <typename T, typename A>
struct WeightJob {
  int64_t height, width;  // of y
  int64_t stride, in_height, in_width, in, out;
  const T *x, *dy;
  T* scratch;  // scratch() entries, aligned to 64 bytes
  A* sums;     // [in / lanes, 3, out / 8, 3, 8, lanes], added to
};

template <typename T, typename A>
struct LoopsOf {
  void (*pack)(const PackJob<T, A>&);
  // Over the images [from, to).
  void (*forward)(const ForwardJob<T, A>&, int64_t from, int64_t to);
  int64_t (*scratch)(const WeightJob<T, A>&);
  // Over the images [from, to) and the vectors [first, last) of input channels.
  void (*weight)(const WeightJob<T, A>&, int64_t from, int64_t to, int64_t first, int64_t last);
};

struct Loops {
  LoopsOf<double, double> f64;
  LoopsOf<float, float> f32;
};

#if defined(__x86_64__)
extern const Loops avx512_loops;
extern const LoopsOf<uint16_t, float> avx512_bf16_loops;
#endif

}  // namespace meanfield::conv3x3
