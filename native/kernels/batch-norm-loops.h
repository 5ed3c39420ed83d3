// The batch norm loops, compiled once for each kind of CPU under the name MEANFIELD_LOOPS. A job counts vectors of 64
// bytes; the loops take them in vectors of the CPU's registers.
#include "batch-norm-jobs.h"
#include "stored.h"

namespace meanfield::batch_norm {
namespace {

constexpr int kRegisters = 64 / MEANFIELD_VECTOR_BYTES;  // in a job's vector
constexpr int kGroup = 4;      // registers of a row processed together
constexpr int64_t kFlush = 64;  // rows summed in the type of the data before flushing to f64

template <typename T>
constexpr int kLanes = Simd<typename Stored<T>::A>::kLanes;

template <typename A>
MEANFIELD_INLINE void add_to(double* sum, typename Simd<A>::V value) {
  A parts[Simd<A>::kLanes];
  store<A>(parts, value);
  for (int i = 0; i < Simd<A>::kLanes; ++i) sum[i] += parts[i];
}

// Calls body(first register, count) for the groups of a row; the body is compiled for each group size.
template <template <int> class Body, typename Job>
MEANFIELD_INLINE void by_groups(const Job& job, int64_t from, int64_t to) {
  const int64_t registers = job.vectors * kRegisters;
  int64_t v = 0;
  for (; v + kGroup <= registers; v += kGroup) Body<kGroup>::run(job, v, from, to);
  if (registers - v >= 2) {
    Body<2>::run(job, v, from, to);
    v += 2;
  }
  if (registers - v == 1) Body<1>::run(job, v, from, to);
}

// Independent rows in flight, so that sums do not wait for each other.
template <int G>
constexpr int kUnroll = kGroup / G;

template <typename T>
struct Kernel {
  using S = Stored<T>;
  using A = typename S::A;
  using V = typename Simd<A>::V;
  static constexpr int L = kLanes<T>;

  template <int G>
  struct Statistics {
    MEANFIELD_INLINE void run(const StatisticsJob<T, A>& job, int64_t v, int64_t from, int64_t to) {
      V origin[G];
      for (int g = 0; g < G; ++g) origin[g] = load<A>(job.origin + (v + g) * L);
      const int64_t stride = job.vectors * kRegisters * L;
      for (int64_t begin = from; begin < to; begin += kFlush) {
        const int64_t end = begin + kFlush < to ? begin + kFlush : to;
        V sum[kUnroll<G>][G] = {}, square[kUnroll<G>][G] = {};
        const auto take = [&](int u, const T* x) __attribute__((always_inline)) {
          for (int g = 0; g < G; ++g) {
            const V z = S::load(x + g * L) - origin[g];
            sum[u][g] += z;
            square[u][g] += z * z;
          }
        };
        const T* x = job.x + begin * stride + v * L;
        int64_t row = begin;
        for (; row + kUnroll<G> <= end; row += kUnroll<G>, x += kUnroll<G> * stride)
#pragma GCC unroll 4
          for (int u = 0; u < kUnroll<G>; ++u) take(u, x + u * stride);
        for (; row < end; ++row, x += stride) take(0, x);
        for (int g = 0; g < G; ++g)
          for (int u = 0; u < kUnroll<G>; ++u) {
            add_to<A>(job.sum + (v + g) * L, sum[u][g]);
            add_to<A>(job.square + (v + g) * L, square[u][g]);
          }
      }
    }
  };

  template <int G>
  struct Forward {
    template <bool kAdd, bool kRelu>
    MEANFIELD_INLINE void rows(const ForwardJob<T, A>& job, int64_t v, int64_t from, int64_t to) {
      V scale[G], shift[G];
      for (int g = 0; g < G; ++g) {
        scale[g] = load<A>(job.scale + (v + g) * L);
        shift[g] = load<A>(job.shift + (v + g) * L);
      }
      const int64_t stride = job.vectors * kRegisters * L;
      for (int64_t row = from; row < to; ++row)
        for (int g = 0; g < G; ++g) {
          const int64_t at = row * stride + (v + g) * L;
          V y = S::load(job.x + at) * scale[g] + shift[g];
          // Round as separate norm and sum would, for the same bits.
          if (kAdd) y = S::rounded(y) + S::load(job.add + at);
          // A NaN compares false and stays.
          if (kRelu) y = y < A(0) ? splat<A>(A(0)) : y;
          S::store(job.y + at, y);
        }
    }
    MEANFIELD_INLINE void run(const ForwardJob<T, A>& job, int64_t v, int64_t from, int64_t to) {
      if (job.add)
        job.relu ? rows<true, true>(job, v, from, to) : rows<true, false>(job, v, from, to);
      else
        job.relu ? rows<false, true>(job, v, from, to) : rows<false, false>(job, v, from, to);
    }
  };

  // The gradient that passes through relu.
  template <int64_t M>
  MEANFIELD_INLINE V masked(V dy, V x, const T* y, V scale, V shift) {
    if (M == kNoMask) return dy;
    const V kept = M == kMaskByInput ? x * scale + shift : S::load(y);
    return kept > A(0) ? dy : splat<A>(A(0));
  }

  template <int G>
  struct Reduce {
    template <int64_t M>
    MEANFIELD_INLINE void rows(const ReduceJob<T, A>& job, int64_t v, int64_t from, int64_t to) {
      V scale[G], shift[G], mean[G];
      for (int g = 0; g < G; ++g) {
        scale[g] = load<A>(job.scale + (v + g) * L);
        shift[g] = load<A>(job.shift + (v + g) * L);
        mean[g] = load<A>(job.mean + (v + g) * L);
      }
      const int64_t stride = job.vectors * kRegisters * L;
      for (int64_t begin = from; begin < to; begin += kFlush) {
        const int64_t end = begin + kFlush < to ? begin + kFlush : to;
        V sum[kUnroll<G>][G] = {}, product[kUnroll<G>][G] = {};
        const auto take = [&](int u, int64_t row) __attribute__((always_inline)) {
          for (int g = 0; g < G; ++g) {
            const int64_t at = row * stride + (v + g) * L;
            const V x = S::load(job.x + at);
            const V dy = masked<M>(S::load(job.dy + at), x, job.y + at, scale[g], shift[g]);
            sum[u][g] += dy;
            product[u][g] += dy * (x - mean[g]);
          }
        };
        int64_t row = begin;
        for (; row + kUnroll<G> <= end; row += kUnroll<G>)
#pragma GCC unroll 4
          for (int u = 0; u < kUnroll<G>; ++u) take(u, row + u);
        for (; row < end; ++row) take(0, row);
        for (int g = 0; g < G; ++g)
          for (int u = 0; u < kUnroll<G>; ++u) {
            add_to<A>(job.sum + (v + g) * L, sum[u][g]);
            add_to<A>(job.product + (v + g) * L, product[u][g]);
          }
      }
    }
    MEANFIELD_INLINE void run(const ReduceJob<T, A>& job, int64_t v, int64_t from, int64_t to) {
      if (job.mask == kNoMask) rows<kNoMask>(job, v, from, to);
      if (job.mask == kMaskByInput) rows<kMaskByInput>(job, v, from, to);
      if (job.mask == kMaskByResult) rows<kMaskByResult>(job, v, from, to);
    }
  };

  template <int G>
  struct Backward {
    template <int64_t M, bool kAdd>
    MEANFIELD_INLINE void rows(const BackwardJob<T, A>& job, int64_t v, int64_t from, int64_t to) {
      V scale[G], shift[G], mean[G], gain[G], slope[G], offset[G];
      for (int g = 0; g < G; ++g) {
        const int64_t at = (v + g) * L;
        scale[g] = load<A>(job.scale + at);
        shift[g] = load<A>(job.shift + at);
        mean[g] = load<A>(job.mean + at);
        gain[g] = load<A>(job.gain + at);
        slope[g] = load<A>(job.slope + at);
        offset[g] = load<A>(job.offset + at);
      }
      const int64_t stride = job.vectors * kRegisters * L;
      for (int64_t row = from; row < to; ++row)
        for (int g = 0; g < G; ++g) {
          const int64_t at = row * stride + (v + g) * L;
          const V x = S::load(job.x + at);
          const V dy = masked<M>(S::load(job.dy + at), x, job.y + at, scale[g], shift[g]);
          if (kAdd) S::store(job.dadd + at, dy);
          S::store(job.dx + at, gain[g] * dy + (slope[g] * (x - mean[g]) + offset[g]));
        }
    }
    template <int64_t M>
    MEANFIELD_INLINE void with(const BackwardJob<T, A>& job, int64_t v, int64_t from, int64_t to) {
      job.dadd ? rows<M, true>(job, v, from, to) : rows<M, false>(job, v, from, to);
    }
    MEANFIELD_INLINE void run(const BackwardJob<T, A>& job, int64_t v, int64_t from, int64_t to) {
      if (job.mask == kNoMask) with<kNoMask>(job, v, from, to);
      if (job.mask == kMaskByInput) with<kMaskByInput>(job, v, from, to);
      if (job.mask == kMaskByResult) with<kMaskByResult>(job, v, from, to);
    }
  };

  static void statistics(const StatisticsJob<T, A>& job, int64_t from, int64_t to) {
    by_groups<Statistics>(job, from, to);
  }
  static void forward(const ForwardJob<T, A>& job, int64_t from, int64_t to) { by_groups<Forward>(job, from, to); }
  static void reduce(const ReduceJob<T, A>& job, int64_t from, int64_t to) { by_groups<Reduce>(job, from, to); }
  static void backward(const BackwardJob<T, A>& job, int64_t from, int64_t to) { by_groups<Backward>(job, from, to); }

  static constexpr LoopsOf<T, A> all{statistics, forward, reduce, backward};
};

}  // namespace

extern const Loops MEANFIELD_LOOPS;
const Loops MEANFIELD_LOOPS{Kernel<double>::all, Kernel<float>::all, Kernel<uint16_t>::all};

}  // namespace meanfield::batch_norm
