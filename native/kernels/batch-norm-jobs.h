// Arguments of the batch norm loops: a channels-last tensor as rows of whole vectors. A row is the shortest run of
// vectors after which channels repeat: C / lanes vectors, or one if a vector holds several pixels. Per-channel values
// are repeated to `width` = vectors * lanes entries.
#pragma once

#include <cstdint>

namespace meanfield::batch_norm {

// Where relu is zero: nowhere, where scale * x + shift is not positive, or where the result is not.
enum Mask : int64_t { kNoMask = 0, kMaskByInput = 1, kMaskByResult = 2 };

// T: the storage type (uint16_t: bf16). A: the type of the arithmetic.
template <typename T, typename A>
struct StatisticsJob {
  int64_t vectors;
  const T* x;
  const A* origin;  // subtracted before squaring
  double *sum, *square;  // [width]
};

template <typename T, typename A>
struct ForwardJob {
  int64_t vectors;
  bool relu;
  const T *x, *add;  // add may be null
  const A *scale, *shift;
  T* y;
};

template <typename T, typename A>
struct ReduceJob {
  int64_t vectors;
  Mask mask;
  const T *x, *y, *dy;
  const A *scale, *shift, *mean;
  double *sum, *product;  // of g and of g (x - mean), [width]
};

template <typename T, typename A>
struct BackwardJob {
  int64_t vectors;
  Mask mask;
  const T *x, *y, *dy;
  const A *scale, *shift, *mean;
  const A *gain, *slope, *offset;  // dx = gain g + slope (x - mean) + offset
  T *dx, *dadd;                    // dadd may be null
};

// Over the rows [from, to).
template <typename T, typename A>
struct LoopsOf {
  void (*statistics)(const StatisticsJob<T, A>&, int64_t from, int64_t to);
  void (*forward)(const ForwardJob<T, A>&, int64_t from, int64_t to);
  void (*reduce)(const ReduceJob<T, A>&, int64_t from, int64_t to);
  void (*backward)(const BackwardJob<T, A>&, int64_t from, int64_t to);
};

struct Loops {
  LoopsOf<double, double> f64;
  LoopsOf<float, float> f32;
  LoopsOf<uint16_t, float> bf16;
};

extern const Loops any_loops;
#if defined(__x86_64__)
extern const Loops avx2_loops;
extern const Loops avx512_loops;
#endif

}  // namespace meanfield::batch_norm
