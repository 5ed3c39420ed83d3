// The 3 x 3 convolution loops for CPUs with 32 registers of 64 bytes, compiled once for each kind of them.
#include "conv3x3-jobs.h"
#include "stored.h"
#if defined(MEANFIELD_BF16)
#include <immintrin.h>
#endif

namespace meanfield::conv3x3 {
namespace {

// The multiply-add of adjacent elements in memory: one input channel, or two side by side (bf16).
template <typename T>
struct Dot {
  using A = typename Stored<T>::A;
  using V = typename Simd<A>::V;
  static constexpr int kPair = 1;
  MEANFIELD_INLINE V vector(const T* from) { return load<T>(from); }
  MEANFIELD_INLINE V broadcast(const T* from) { return splat<T>(*from); }
  MEANFIELD_INLINE V add(V sum, V a, V b) { return sum + a * b; }
  // The operand of a multiply-add for the vectors at a and b: only a.
  MEANFIELD_INLINE void interleave(T* to, const T* a, const T*) { store<T>(to, load<T>(a)); }
};

#if defined(MEANFIELD_BF16)
template <>
struct Dot<uint16_t> {
  using A = float;
  using V = Simd<float>::V;
  static constexpr int kPair = 2;
  MEANFIELD_INLINE V vector(const uint16_t* from) { return load<float>((const float*)from); }
  MEANFIELD_INLINE V broadcast(const uint16_t* from) {
    float both;
    __builtin_memcpy(&both, from, sizeof(both));
    return splat<float>(both);
  }
  MEANFIELD_INLINE V add(V sum, V a, V b) { return (V)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b); }
  MEANFIELD_INLINE void interleave(uint16_t* to, const uint16_t* a, const uint16_t* b) {
    typedef Stored<uint16_t> S;
    S::Half low, high;
    __builtin_memcpy(&low, a, sizeof(low));
    __builtin_memcpy(&high, b, sizeof(high));
    const S::Word both = __builtin_convertvector(low, S::Word) | __builtin_convertvector(high, S::Word) << 16;
    __builtin_memcpy(to, &both, sizeof(both));
  }
};
#endif

template <typename T>
struct Kernel {
  using D = Dot<T>;
  using S = Stored<T>;
  using A = typename D::A;
  using V = typename D::V;
  static constexpr int L = Simd<A>::kLanes;
  static constexpr int P = D::kPair;
  static constexpr int64_t kSteps = 256;  // per panel

  // Output channels of a block, in vectors: two if the count is even.
  MEANFIELD_INLINE bool wide(int64_t out) { return out % (2 * L) == 0; }

  static void pack(const PackJob<T, A>& job) {
    const int64_t block = wide(job.out) ? 2 * L : L;
    T* to = job.packed;
    for (int64_t first = 0; first < job.out; first += block)
      for (int64_t row = 0; row < 3; ++row)
        for (int64_t i = 0; i < job.in; i += P)
          for (int64_t column = 0; column < 3; ++column)
            for (int64_t o = first; o < first + block; ++o)
              for (int64_t p = 0; p < P; ++p) {
                const A value = job.transposed ? job.weight[((i + p) * 9 + (2 - row) * 3 + 2 - column) * job.out + o]
                                               : job.weight[(o * 9 + row * 3 + column) * job.in + i + p];
                *to++ = S::of(value);
              }
  }

  // N pixels of a row and B vectors of output channels. One load of x serves three columns of the kernel.
  template <int C, int N, int B, bool kWhole>
  MEANFIELD_INLINE void block(const ForwardJob<T, A>& job, const T* image, const T* packed, int64_t y, int64_t x,
                              V (&sum)[N][B]) {
    const int64_t in = C ? C : job.in;
    for (int row = 0; row < 3; ++row) {
      const int64_t from = y + row - 1;
      if (from < 0 || from >= job.height) continue;
      const T* at = image + (from * job.width + x) * in;
      const T* left = x > 0 ? at - in : job.zeros;
      const T* right = x + N < job.width ? at + N * in : job.zeros;
      const T* weight = packed + row * in * 3 * B * L;
      for (int64_t i = 0; i < in; i += P, weight += 3 * B * L * P) {
        V w[3][B];
#pragma GCC unroll 3
        for (int k = 0; k < 3; ++k)
#pragma GCC unroll 2
          for (int b = 0; b < B; ++b) w[k][b] = D::vector(weight + (k * B + b) * L * P);
        if (!kWhole) {
          const V edge = D::broadcast(left + i);
#pragma GCC unroll 2
          for (int b = 0; b < B; ++b) sum[0][b] = D::add(sum[0][b], edge, w[0][b]);
        }
#pragma GCC unroll 16
        for (int n = 0; n < N; ++n) {
          const V value = D::broadcast(at + n * in + i);
#pragma GCC unroll 2
          for (int b = 0; b < B; ++b) {
            if (n + 1 < N) sum[n + 1][b] = D::add(sum[n + 1][b], value, w[0][b]);
            sum[n][b] = D::add(sum[n][b], value, w[1][b]);
            if (n > 0) sum[n - 1][b] = D::add(sum[n - 1][b], value, w[2][b]);
          }
        }
        if (!kWhole) {
          const V edge = D::broadcast(right + i);
#pragma GCC unroll 2
          for (int b = 0; b < B; ++b) sum[N - 1][b] = D::add(sum[N - 1][b], edge, w[2][b]);
        }
      }
    }
  }

  template <int C, int N, int B, bool kWhole>
  static void images(const ForwardJob<T, A>& job, int64_t from, int64_t to) {
    const int64_t in = C ? C : job.in, pixels = job.height * job.width;
    for (int64_t image = from; image < to; ++image)
      for (int64_t o = 0; o < job.out; o += B * L)
        for (int64_t y = 0; y < job.height; ++y)
          for (int64_t x = 0; x < job.width; x += N) {
            V sum[N][B] = {};
            block<C, N, B, kWhole>(job, job.x + image * pixels * in, job.packed + o * 9 * in, y, x, sum);
            const int64_t first = (image * pixels + y * job.width + x) * job.out + o;
#pragma GCC unroll 16
            for (int n = 0; n < N; ++n)
#pragma GCC unroll 2
              for (int b = 0; b < B; ++b) {
                const int64_t at = first + n * job.out + b * L;
                V value = sum[n][b];
                if (job.bias) value += load<A>(job.bias + o + b * L);
                if (job.add) value += S::load(job.add + at);
                // A NaN compares false and stays.
                if (job.relu) value = value < A(0) ? splat<A>(A(0)) : value;
                S::store(job.y + at, value);
              }
          }
  }

  template <int C>
  static void of_width(const ForwardJob<T, A>& job, int64_t from, int64_t to) {
    if (wide(job.out))
      job.width == 8 ? images<C, 8, 2, true>(job, from, to) : images<C, 8, 2, false>(job, from, to);
    else
      job.width % 16 == 0 ? images<C, 16, 1, false>(job, from, to) : images<C, 8, 1, false>(job, from, to);
  }

  // Common widths are compile-time constants, so that the compiler knows the pixel stride.
  static void forward(const ForwardJob<T, A>& job, int64_t from, int64_t to) {
    if (job.in == 16) return of_width<16>(job, from, to);
    if (job.in == 32) return of_width<32>(job, from, to);
    if (job.in == 64) return of_width<64>(job, from, to);
    of_width<0>(job, from, to);
  }

  // Rows of one image, or several whole images. x is copied with its zero padding and, for bf16, with row neighbours
  // interleaved, so that the inner loop has no edge cases and its data stay in cache.
  struct Panel {
    int64_t steps;    // along a row of y: pixels, or pairs of pixels
    int64_t rows;     // of y per image
    int64_t images;
    int64_t lines;    // of x per image
    int64_t line;     // vectors per line
    int64_t arrays;   // layouts of x: one per kernel column if they cannot share
    int64_t size;     // entries per array

    explicit Panel(const WeightJob<T, A>& job) {
      steps = job.width / P;
      rows = kSteps / steps < 1 ? 1 : kSteps / steps < job.height ? kSteps / steps : job.height;
      images = rows < job.height || kSteps / (rows * steps) < 1 ? 1 : kSteps / (rows * steps);
      lines = (rows - 1) * job.stride + 3;
      line = job.stride == 1 ? steps + 3 - P : steps;
      arrays = job.stride == 1 ? P : 3;
      size = images * lines * line * L * P;
    }
    // Entries of an array before the first one used by column k of the kernel.
    __attribute__((always_inline)) const T* column(const T* x, int64_t k) const {
      return arrays == 3 ? x + k * size : x + (k % arrays) * size + (k / arrays) * L * P;
    }
  };

  static int64_t scratch(const WeightJob<T, A>& job) {
    const Panel panel(job);
    return panel.arrays * panel.size + (P == 1 ? 0 : panel.images * panel.rows * panel.steps * job.out * P);
  }

  // Copies the lines of x used by rows [first, first + rows) of y, one vector of channels.
  MEANFIELD_INLINE void lay_out(const WeightJob<T, A>& job, const Panel& panel, int64_t image, int64_t images, int64_t first,
                                int64_t rows, int64_t vector, T* to) {
    const T none[L * P] = {};
    const int64_t height = (rows - 1) * job.stride + 3;
    for (int64_t array = 0; array < panel.arrays; ++array) {
      // The pixels inside the image.
      const int64_t begin = array == 0;
      const int64_t whole = (job.in_width - array - job.stride * (P - 1)) / (job.stride * P) + 1;
      const int64_t end = whole < panel.line ? whole : panel.line;
      for (int64_t m = 0; m < images; ++m)
        for (int64_t r = 0; r < height; ++r) {
          const int64_t y = first * job.stride + r - 1;
          T* line = to + array * panel.size + (m * panel.lines + r) * panel.line * L * P;
          if (y < 0 || y >= job.in_height) {
            for (int64_t j = 0; j < panel.line; ++j) D::interleave(line + j * L * P, none, none);
            continue;
          }
          const T* from = job.x + ((image + m) * job.in_height + y) * job.in_width * job.in + vector * L;
          const auto place = [&](int64_t j, bool inside) __attribute__((always_inline)) {
            const int64_t x = job.stride * P * j + array - 1;
            const auto pixel = [&](int64_t at) __attribute__((always_inline)) {
              return inside || (at >= 0 && at < job.in_width) ? from + at * job.in : none;
            };
            D::interleave(line + j * L * P, pixel(x), pixel(x + job.stride));
          };
          for (int64_t j = 0; j < begin; ++j) place(j, false);
          for (int64_t j = begin; j < end; ++j) place(j, true);
          for (int64_t j = end; j < panel.line; ++j) place(j, false);
        }
    }
  }

  // Prefetches the next panel into the second-level cache while this one is processed.
  struct Ahead {
    const char *at, *end;
    int64_t share;  // bytes per row

    MEANFIELD_INLINE Ahead of(const T* from, int64_t entries, int64_t times) {
      const char* at = (const char*)from;
      return {at, at + entries * (int64_t)sizeof(T), (entries * (int64_t)sizeof(T) / times + 64) / 64 * 64};
    }
    __attribute__((always_inline)) void fetch() {
      const char* stop = at + share < end ? at + share : end;
      for (; at < stop; at += 64) __builtin_prefetch(at, 0, 2);
    }
  };

  // One row of the kernel, one vector of input channels and eight output channels: 24 sums in registers.
  MEANFIELD_INLINE void row_of_kernel(const WeightJob<T, A>& job, const Panel& panel, const T* x, const T* dy, int64_t images,
                                      int64_t rows, int64_t row, Ahead (&ahead)[2], A* sums) {
    V sum[3][8] = {};
    for (int64_t m = 0; m < images; ++m)
      for (int64_t r = 0; r < rows; ++r) {
        ahead[0].fetch();
        ahead[1].fetch();
        const T* line = x + (m * panel.lines + r * job.stride + row) * panel.line * L * P;
        const T *x0 = panel.column(line, 0), *x1 = panel.column(line, 1), *x2 = panel.column(line, 2);
        for (int64_t j = 0; j < panel.steps; ++j, x0 += L * P, x1 += L * P, x2 += L * P, dy += job.out * P) {
          const V w[3] = {D::vector(x0), D::vector(x1), D::vector(x2)};
#pragma GCC unroll 8
          for (int c = 0; c < 8; ++c) {
            const V value = D::broadcast(dy + c * P);
#pragma GCC unroll 3
            for (int k = 0; k < 3; ++k) sum[k][c] = D::add(sum[k][c], value, w[k]);
          }
        }
      }
#pragma GCC unroll 3
    for (int k = 0; k < 3; ++k)
#pragma GCC unroll 8
      for (int c = 0; c < 8; ++c) {
        A* at = sums + (k * 8 + c) * L;
        store<A>(at, load<A>(at) + sum[k][c]);
      }
  }

  static void weight(const WeightJob<T, A>& job, int64_t from, int64_t to, int64_t first, int64_t last) {
    const Panel panel(job);
    T* pairs = job.scratch + panel.arrays * panel.size;
    for (int64_t image = from; image < to; image += panel.images) {
      const int64_t images = panel.images < to - image ? panel.images : to - image;
      for (int64_t y = 0; y < job.height; y += panel.rows) {
        const int64_t rows = panel.rows < job.height - y ? panel.rows : job.height - y;
        const T* dy = job.dy + (image * job.height + y) * job.width * job.out;
        if (P == 2) {
          for (int64_t step = 0; step < images * rows * panel.steps; ++step)
            for (int64_t c = 0; c < job.out; c += L)
              D::interleave(pairs + (step * job.out + c) * P, dy + 2 * step * job.out + c, dy + (2 * step + 1) * job.out + c);
          dy = pairs;
        }
        const int64_t done = (image * job.height + y + images * rows) * job.width, left = to * job.height * job.width - done;
        const int64_t next = left < images * rows * job.width ? left : images * rows * job.width;
        const int64_t times = images * rows * 3 * (job.out / 8) * (last - first);
        Ahead ahead[2] = {Ahead::of(job.x + done * job.stride * job.stride * job.in, next * job.stride * job.stride * job.in, times),
                          Ahead::of(job.dy + done * job.out, next * job.out, times)};
        for (int64_t v = first; v < last; ++v) {
          lay_out(job, panel, image, images, y, rows, v, job.scratch);
          for (int64_t row = 0; row < 3; ++row)
            for (int64_t c = 0; c < job.out; c += 8)
              row_of_kernel(job, panel, job.scratch, dy + c * P, images, rows, row, ahead,
                            job.sums + ((v * 3 + row) * job.out + c) * 3 * L);
        }
      }
    }
  }

  static constexpr LoopsOf<T, A> all{pack, forward, scratch, weight};
};

}  // namespace
}  // namespace meanfield::conv3x3
