// Arguments of the bottleneck family's loops: plain pointers to arrays padded with zeros: samples to kRows, particles
// to a tile, features to kWidth. A padded particle has a = w = b = 0, a padded sample q = 0: neither contributes.
#pragma once

#include <cstdint>

namespace meanfield::bottleneck {

constexpr int kRows = 4;  // samples in flight

// Particles in a tile, and features to which a row is padded.
template <typename T>
constexpr int kTile = 256 / static_cast<int>(sizeof(T));
template <typename T>
constexpr int kWidth = 64 / static_cast<int>(sizeof(T));

enum Activation : int64_t { kTanh = 0, kRelu = 1 };

template <typename T>
struct VelocityJob {
  int64_t rows, columns, width, features;
  const T *x, *wt, *aw;
  T* out;
};

template <typename T>
struct PullbackJob {
  int64_t rows, columns, width, features;
  bool state, theta;
  const T *x, *q, *wt, *at, *ww;
  T* dx;             // [rows, width], the contribution of this chunk
  T *da, *dw, *db;   // [columns, width] twice, [columns]
};

// The loops for one kind of CPU, over samples (a multiple of kRows) or particles (a multiple of the tile).
struct Loops {
  void (*velocity_f64)(const VelocityJob<double>&, int64_t activation, int64_t from, int64_t to);
  void (*velocity_f32)(const VelocityJob<float>&, int64_t activation, int64_t from, int64_t to);
  void (*pullback_f64)(const PullbackJob<double>&, int64_t activation, int64_t from, int64_t to);
  void (*pullback_f32)(const PullbackJob<float>&, int64_t activation, int64_t from, int64_t to);
};

extern const Loops any_loops;
#if defined(__x86_64__)
extern const Loops avx2_loops;
extern const Loops avx512_loops;
#endif

}  // namespace meanfield::bottleneck
