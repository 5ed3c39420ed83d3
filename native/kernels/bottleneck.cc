// One slice of the family f(x, (a, w, b)) = a s(w.x + b): velocity and pull-back in one pass, without storing the [N,
// M] intermediate. A tile of particles stays in cache while samples stream by. Threads take tiles in fixed chunks, so
// that the result does not depend on the number of threads. The fallback is src/mean-field/families/bottleneck.ts.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <tuple>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include "../operators.h"
#include "bottleneck-jobs.h"
#include "cpu.h"

namespace meanfield::bottleneck {
namespace {

constexpr int64_t kChunks = 8;  // parts of the particles, each with its own sum over particles
constexpr int64_t kSmall = 1 << 14;  // samples times particles below which threads cost more than they save

int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

template <typename T>
class Buffer {
 public:
  explicit Buffer(int64_t count)
      : data_(static_cast<T*>(std::aligned_alloc(64, round_up(std::max<int64_t>(count, 1) * sizeof(T), 64)))) {
    if (!data_) throw std::bad_alloc();
    std::fill_n(data_.get(), count, T(0));
  }
  T* get() const { return data_.get(); }

 private:
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T, Free> data_;
};

template <typename Body>
void share_out(int64_t parts, bool small, const Body& body) {
  if (small || parts == 1)
    for (int64_t part = 0; part < parts; ++part) body(part);
  else
    at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) body(part);
    });
}

// The padded arguments (bottleneck-jobs.h).
template <typename T>
struct Slice {
  int64_t samples, particles, features;
  int64_t rows, columns, width;
  Buffer<T> x;   // [rows, width]
  Buffer<T> wt;  // [features + 1, columns]: w, then b in the last row; particles along the vectors
  Buffer<T> at;  // [features, columns]
  Buffer<T> aw;  // [columns, width]: weight times a
  Buffer<T> ww;  // [columns, width]: weight times w

  Slice(const at::Tensor& state, const at::Tensor& theta, const at::Tensor& weight)
      : samples(state.size(0)),
        particles(theta.size(0)),
        features(state.size(1)),
        rows(round_up(samples, kRows)),
        columns(round_up(particles, kTile<T>)),
        width(round_up(features, kWidth<T>)),
        x(rows * width),
        wt((features + 1) * columns),
        at(features * columns),
        aw(columns * width),
        ww(columns * width) {
    copy_rows(state, x.get());
    share_out(parts(), small(), [&](int64_t part) {
      const T* m = weight.data_ptr<T>();
      for (int64_t j = particles * part / parts(); j < particles * (part + 1) / parts(); ++j) {
        const T* t = theta.data_ptr<T>() + j * (2 * features + 1);
        for (int64_t c = 0; c < features; ++c) {
          at.get()[c * columns + j] = t[c];
          wt.get()[c * columns + j] = t[features + c];
          aw.get()[j * width + c] = m[j] * t[c];
          ww.get()[j * width + c] = m[j] * t[features + c];
        }
        wt.get()[features * columns + j] = t[2 * features];
      }
    });
  }

  bool small() const { return samples * particles < kSmall; }
  // Fixed number of parts of the particles.
  int64_t parts() const { return std::max<int64_t>(1, std::min(columns / kTile<T>, kChunks)); }

  void copy_rows(const at::Tensor& from, T* to) const {
    const T* source = from.data_ptr<T>();
    for (int64_t i = 0; i < samples; ++i) std::copy_n(source + i * features, features, to + i * width);
  }
};

const Loops& loops() {
#if defined(__x86_64__)
  return for_cpu(any_loops, avx2_loops, avx512_loops);
#else
  return any_loops;
#endif
}

void run(const VelocityJob<double>& job, int64_t kind, int64_t from, int64_t to) {
  loops().velocity_f64(job, kind, from, to);
}
void run(const VelocityJob<float>& job, int64_t kind, int64_t from, int64_t to) {
  loops().velocity_f32(job, kind, from, to);
}
void run(const PullbackJob<double>& job, int64_t kind, int64_t from, int64_t to) {
  loops().pullback_f64(job, kind, from, to);
}
void run(const PullbackJob<float>& job, int64_t kind, int64_t from, int64_t to) {
  loops().pullback_f32(job, kind, from, to);
}

template <typename T>
at::Tensor velocity_of(const at::Tensor& state, const at::Tensor& theta, const at::Tensor& weight, int64_t kind) {
  const Slice<T> slice(state, theta, weight);
  Buffer<T> out(slice.rows * slice.width);
  const VelocityJob<T> job{slice.rows,       slice.columns,  slice.width,    slice.features,
                           slice.x.get(), slice.wt.get(), slice.aw.get(), out.get()};
  // Rows are independent: any number of parts gives the same bits.
  const int64_t parts = slice.small() ? 1 : std::min<int64_t>(4 * at::get_num_threads(), slice.rows / kRows);
  share_out(parts, slice.small(), [&](int64_t part) {
    const int64_t blocks = slice.rows / kRows;
    run(job, kind, blocks * part / parts * kRows, blocks * (part + 1) / parts * kRows);
  });
  at::Tensor result = at::empty({slice.samples, slice.features}, state.options());
  T* to = result.template data_ptr<T>();
  for (int64_t i = 0; i < slice.samples; ++i)
    std::copy_n(out.get() + i * slice.width, slice.features, to + i * slice.features);
  return result;
}

template <typename T>
std::tuple<at::Tensor, at::Tensor, at::Tensor> pullback_of(const at::Tensor& state, const at::Tensor& theta,
                                                           const at::Tensor& weight, const at::Tensor& cotangent,
                                                           int64_t kind, bool want_state, bool want_theta) {
  const Slice<T> slice(state, theta, weight);
  const int64_t samples = slice.samples, particles = slice.particles, d = slice.features;
  Buffer<T> q(slice.rows * slice.width);
  slice.copy_rows(cotangent, q.get());
  const int64_t tiles = slice.columns / kTile<T>, parts = slice.parts();
  const int64_t sums = want_theta ? slice.columns * slice.width : 0;
  const int64_t share = want_state ? slice.rows * slice.width : 0;
  Buffer<T> da(sums), dw(sums), db(want_theta ? slice.columns : 0), dx(parts * share);
  share_out(parts, slice.small(), [&](int64_t part) {
    const PullbackJob<T> job{slice.rows,     slice.columns,  slice.width, d,
                             want_state,     want_theta,     slice.x.get(), q.get(),
                             slice.wt.get(), slice.at.get(), slice.ww.get(), dx.get() + part * share,
                             da.get(),       dw.get(),       db.get()};
    run(job, kind, tiles * part / parts * kTile<T>, tiles * (part + 1) / parts * kTile<T>);
  });
  at::Tensor state_gradient = at::empty({want_state ? samples : 0, d}, state.options());
  if (want_state) {
    share_out(parts, slice.small(), [&](int64_t part) {
      for (int64_t i = samples * part / parts; i < samples * (part + 1) / parts; ++i)
        for (int64_t c = 0; c < d; ++c) {
          T sum = 0;
          for (int64_t k = 0; k < parts; ++k) sum += dx.get()[k * share + i * slice.width + c];
          state_gradient.template data_ptr<T>()[i * d + c] = sum;
        }
    });
  }
  at::Tensor theta_gradient = at::empty({want_theta ? particles : 0, 2 * d + 1}, state.options());
  at::Tensor weight_gradient = at::empty({want_theta ? particles : 0}, state.options());
  if (want_theta) {
    share_out(parts, slice.small(), [&](int64_t part) {
      const T* m = weight.data_ptr<T>();
      for (int64_t j = particles * part / parts; j < particles * (part + 1) / parts; ++j) {
        const T* t = theta.data_ptr<T>() + j * (2 * d + 1);
        T* to = theta_gradient.template data_ptr<T>() + j * (2 * d + 1);
        T worth = 0;
        for (int64_t c = 0; c < d; ++c) {
          worth += da.get()[j * slice.width + c] * t[c];
          to[c] = m[j] * da.get()[j * slice.width + c];
          to[d + c] = m[j] * dw.get()[j * slice.width + c];
        }
        to[2 * d] = m[j] * db.get()[j];
        weight_gradient.template data_ptr<T>()[j] = worth;
      }
    });
  }
  return {state_gradient, theta_gradient, weight_gradient};
}

void check_slice(const at::Tensor& state, const at::Tensor& theta, const at::Tensor& weight, int64_t kind) {
  TORCH_CHECK(state.dim() == 2 && theta.dim() == 2 && theta.size(1) == 2 * state.size(1) + 1 && weight.dim() == 1 &&
                  weight.size(0) == theta.size(0),
              "bottleneck: expected state [N, d], theta [M, 2 d + 1], weight [M], got ", state.sizes(), ", ",
              theta.sizes(), ", ", weight.sizes());
  TORCH_CHECK(theta.scalar_type() == state.scalar_type() && weight.scalar_type() == state.scalar_type() &&
                  (state.scalar_type() == at::kDouble || state.scalar_type() == at::kFloat),
              "bottleneck: expected tensors of one dtype, f32 or f64");
  TORCH_CHECK(kind == kTanh || kind == kRelu, "bottleneck: no kernel for activation ", kind);
}

at::Tensor velocity(const at::Tensor& state, const at::Tensor& theta, const at::Tensor& weight, int64_t activation) {
  check_slice(state, theta, weight, activation);
  const at::Tensor x = state.contiguous(), t = theta.contiguous(), m = weight.contiguous();
  return x.scalar_type() == at::kDouble ? velocity_of<double>(x, t, m, activation)
                                        : velocity_of<float>(x, t, m, activation);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> pullback(const at::Tensor& state, const at::Tensor& theta,
                                                        const at::Tensor& weight, const at::Tensor& cotangent,
                                                        int64_t activation, bool want_state, bool want_theta) {
  check_slice(state, theta, weight, activation);
  TORCH_CHECK(cotangent.sizes() == state.sizes() && cotangent.scalar_type() == state.scalar_type(),
              "bottleneck: expected a cotangent shaped as the state ", state.sizes(), ", got ", cotangent.sizes());
  const at::Tensor x = state.contiguous(), t = theta.contiguous(), m = weight.contiguous(), q = cotangent.contiguous();
  return x.scalar_type() == at::kDouble ? pullback_of<double>(x, t, m, q, activation, want_state, want_theta)
                                        : pullback_of<float>(x, t, m, q, activation, want_state, want_theta);
}

}  // namespace

void define(torch::Library& library) {
  library.def("bottleneck_velocity(Tensor state, Tensor theta, Tensor weight, int activation) -> Tensor");
  library.def(
      "bottleneck_pullback(Tensor state, Tensor theta, Tensor weight, Tensor cotangent, int activation, bool want_state, "
      "bool want_theta) -> (Tensor, Tensor, Tensor)");
  library.impl("bottleneck_velocity", torch::dispatch(c10::DispatchKey::CPU, velocity));
  library.impl("bottleneck_pullback", torch::dispatch(c10::DispatchKey::CPU, pullback));
}

}  // namespace meanfield::bottleneck
