// Maps a tensor's dtype to the types of the loops: f64, f32, and bf16 as uint16_t with arithmetic in f32.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <type_traits>

#include <ATen/core/Tensor.h>

namespace meanfield {

template <typename T>
using Compute = std::conditional_t<std::is_same_v<T, double>, double, float>;
// Elements per vector.
template <typename T>
constexpr int64_t kLanes = 64 / sizeof(Compute<T>);

template <typename T>
T* data(const at::Tensor& x) {
  return static_cast<T*>(x.data_ptr());
}

template <typename F>
auto by_type(const at::Tensor& x, const F& call) {
  if (x.scalar_type() == at::kDouble) return call(double{});
  if (x.scalar_type() == at::kFloat) return call(float{});
  return call(uint16_t{});
}

// MEANFIELD_FUSED=0 selects libtorch's operators instead of our kernels, for tests.
inline bool fused_kernels() {
  static const bool fused = [] {
    const char* wanted = std::getenv("MEANFIELD_FUSED");
    return !wanted || std::string(wanted) != "0";
  }();
  return fused;
}

}  // namespace meanfield
