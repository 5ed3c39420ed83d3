// The bottleneck family's loops. Include once for each kind of CPU; MEANFIELD_LOOPS names the table.
#include "bottleneck-jobs.h"
#include "simd.h"

namespace meanfield::bottleneck {
namespace {

// Vectors of particles in flight: with kRows samples they fill half of the CPU's registers.
constexpr int kVectors = MEANFIELD_VECTOR_BYTES == 64 ? 4 : 2;
template <typename T>
constexpr int kParticles = kVectors * Simd<T>::kLanes;

// y[r][v] += sum_k x[r][k] table[k][..] for kRows samples and kParticles particles.
template <typename T>
MEANFIELD_INLINE void project(const T* x, int64_t width, const T* table, int64_t columns, int64_t depth,
                              typename Simd<T>::V (&y)[kRows][kVectors]) {
  for (int64_t k = 0; k < depth; ++k) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const auto w = load(table + k * columns + v * Simd<T>::kLanes);
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) y[r][v] += x[r * width + k] * w;
    }
  }
}

// out[r][..] += sum over the tile of h[r][j] table[j][..], W vectors of features at c.
template <typename T, int W>
MEANFIELD_INLINE void gather_at(const T* h, const T* table, int64_t width, int64_t c, T* out) {
  using V = typename Simd<T>::V;
  constexpr int kLanes = Simd<T>::kLanes;
  constexpr int kWide = kTile<T>;
  V sum[kRows][W];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r)
    for (int w = 0; w < W; ++w) sum[r][w] = load(out + r * width + c + w * kLanes);
#pragma GCC unroll 8
  for (int j = 0; j < kWide; ++j) {
    V row[W];
    for (int w = 0; w < W; ++w) row[w] = load(table + j * width + c + w * kLanes);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const V factor = splat<T>(h[r * kWide + j]);
      for (int w = 0; w < W; ++w) sum[r][w] += factor * row[w];
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r)
    for (int w = 0; w < W; ++w) store(out + r * width + c + w * kLanes, sum[r][w]);
}

// sum[j][..] += sum over the samples in flight of h[r][j] x[r][..], W vectors of features at c.
template <typename T, int W>
MEANFIELD_INLINE void scatter_at(const T* h, const T* x, int64_t width, int64_t c, T* sum) {
  using V = typename Simd<T>::V;
  constexpr int kLanes = Simd<T>::kLanes;
  constexpr int kWide = kTile<T>;
  V row[kRows][W];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r)
    for (int w = 0; w < W; ++w) row[r][w] = load(x + r * width + c + w * kLanes);
#pragma GCC unroll 8
  for (int j = 0; j < kWide; ++j) {
    V total[W];
    for (int w = 0; w < W; ++w) total[w] = load(sum + j * width + c + w * kLanes);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const V factor = splat<T>(h[r * kWide + j]);
      for (int w = 0; w < W; ++w) total[w] += factor * row[r][w];
    }
    for (int w = 0; w < W; ++w) store(sum + j * width + c + w * kLanes, total[w]);
  }
}

// Two vectors of features at a time: one load of h serves both, and twice as many independent sums hide latency.
template <typename T>
MEANFIELD_INLINE void gather(const T* h, const T* table, int64_t width, T* out) {
  constexpr int kLanes = Simd<T>::kLanes;
  int64_t c = 0;
  for (; c + 2 * kLanes <= width; c += 2 * kLanes) gather_at<T, 2>(h, table, width, c, out);
  if (c < width) gather_at<T, 1>(h, table, width, c, out);
}
template <typename T>
MEANFIELD_INLINE void scatter(const T* h, const T* x, int64_t width, T* sum) {
  constexpr int kLanes = Simd<T>::kLanes;
  int64_t c = 0;
  for (; c + 2 * kLanes <= width; c += 2 * kLanes) scatter_at<T, 2>(h, x, width, c, sum);
  if (c < width) scatter_at<T, 1>(h, x, width, c, sum);
}

template <typename T, Activation kind>
MEANFIELD_INLINE void activate(typename Simd<T>::V (&h)[kRows][kVectors]) {
  typename Simd<T>::V* u = &h[0][0];
  if constexpr (kind == kTanh) {
#pragma GCC unroll 4
    for (int i = 0; i < kRows * kVectors; i += 4) tanh_each<T, 4>(u + i);
  } else {
    // A NaN compares false and stays.
#pragma GCC unroll 16
    for (int i = 0; i < kRows * kVectors; ++i) u[i] = u[i] < T(0) ? splat<T>(T(0)) : u[i];
  }
}

template <typename T, Activation kind>
MEANFIELD_INLINE typename Simd<T>::V slope(typename Simd<T>::V value) {
  if constexpr (kind == kTanh) return T(1) - value * value;
  return value > T(0) ? splat<T>(T(1)) : splat<T>(T(0));
}

// s(w.x + b) of kRows samples and kParticles particles.
template <typename T, Activation kind>
MEANFIELD_INLINE void hidden(const T* x, int64_t width, const T* wt, int64_t columns, int64_t features,
                             typename Simd<T>::V (&h)[kRows][kVectors]) {
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const auto b = load(wt + features * columns + v * Simd<T>::kLanes);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) h[r][v] = b;
  }
  project(x, width, wt, columns, features, h);
  activate<T, kind>(h);
}

// All particles for a range of samples.
template <typename T, Activation kind>
MEANFIELD_INLINE void velocity_range(const VelocityJob<T>& job, int64_t from, int64_t to) {
  constexpr int kWide = kTile<T>;
  alignas(64) T h[kRows * kWide];
  for (int64_t j = 0; j < job.columns; j += kWide)
    for (int64_t i = from; i < to; i += kRows) {
      for (int p = 0; p < kWide; p += kParticles<T>) {
        typename Simd<T>::V value[kRows][kVectors];
        hidden<T, kind>(job.x + i * job.width, job.width, job.wt + j + p, job.columns, job.features, value);
#pragma GCC unroll 4
        for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 4
          for (int v = 0; v < kVectors; ++v) store(h + r * kWide + p + v * Simd<T>::kLanes, value[r][v]);
      }
      gather(h, job.aw + j * job.width, job.width, job.out + i * job.width);
    }
}

// All samples for a range of particles.
template <typename T, Activation kind>
MEANFIELD_INLINE void pullback_range(const PullbackJob<T>& job, int64_t from, int64_t to) {
  using V = typename Simd<T>::V;
  constexpr int kLanes = Simd<T>::kLanes;
  constexpr int kWide = kTile<T>;
  alignas(64) T h[kRows * kWide];
  alignas(64) T g[kRows * kWide];
  for (int64_t j = from; j < to; j += kWide) {
    alignas(64) T bias[kWide] = {};
    for (int64_t i = 0; i < job.rows; i += kRows) {
      const T* x = job.x + i * job.width;
      const T* q = job.q + i * job.width;
      for (int p = 0; p < kWide; p += kParticles<T>) {
        V value[kRows][kVectors];
        hidden<T, kind>(x, job.width, job.wt + j + p, job.columns, job.features, value);
#pragma GCC unroll 4
        for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 4
          for (int v = 0; v < kVectors; ++v) store(h + r * kWide + p + v * kLanes, value[r][v]);
        V inner[kRows][kVectors] = {};
        project(q, job.width, job.at + j + p, job.columns, job.features, inner);
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) {
          const int at = p + v * kLanes;
          V sum = load(bias + at);
#pragma GCC unroll 4
          for (int r = 0; r < kRows; ++r) {
            inner[r][v] *= slope<T, kind>(load(h + r * kWide + at));
            store(g + r * kWide + at, inner[r][v]);
            sum += inner[r][v];
          }
          store(bias + at, sum);
        }
      }
      if (job.state) gather(g, job.ww + j * job.width, job.width, job.dx + i * job.width);
      if (job.theta) {
        scatter(h, q, job.width, job.da + j * job.width);
        scatter(g, x, job.width, job.dw + j * job.width);
      }
    }
    if (job.theta)
      for (int v = 0; v < kWide; ++v) job.db[j + v] = bias[v];
  }
}

template <typename T>
void velocity(const VelocityJob<T>& job, int64_t activation, int64_t from, int64_t to) {
  if (activation == kTanh)
    velocity_range<T, kTanh>(job, from, to);
  else
    velocity_range<T, kRelu>(job, from, to);
}

template <typename T>
void pullback(const PullbackJob<T>& job, int64_t activation, int64_t from, int64_t to) {
  if (activation == kTanh)
    pullback_range<T, kTanh>(job, from, to);
  else
    pullback_range<T, kRelu>(job, from, to);
}

}  // namespace

extern const Loops MEANFIELD_LOOPS;
const Loops MEANFIELD_LOOPS = {velocity<double>, velocity<float>, pullback<double>, pullback<float>};

}  // namespace meanfield::bottleneck
