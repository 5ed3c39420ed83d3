// Autocast functions under one name for all libtorch versions.
#pragma once

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace meanfield {

struct Autocast {
  bool enabled;
  at::ScalarType dtype;
};

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
inline Autocast autocast_now(bool cuda) {
  const auto device = cuda ? at::kCUDA : at::kCPU;
  return {at::autocast::is_autocast_enabled(device), at::autocast::get_autocast_dtype(device)};
}

inline void switch_autocast(bool cuda, const Autocast& next) {
  const auto device = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_dtype(device, next.dtype);
  at::autocast::set_autocast_enabled(device, next.enabled);
}
#else
inline Autocast autocast_now(bool cuda) {
  if (cuda) return {at::autocast::is_enabled(), at::autocast::get_autocast_gpu_dtype()};
  return {at::autocast::is_cpu_enabled(), at::autocast::get_autocast_cpu_dtype()};
}

inline void switch_autocast(bool cuda, const Autocast& next) {
  if (cuda) {
    at::autocast::set_autocast_gpu_dtype(next.dtype);
    at::autocast::set_enabled(next.enabled);
  } else {
    at::autocast::set_autocast_cpu_dtype(next.dtype);
    at::autocast::set_cpu_enabled(next.enabled);
  }
}
#endif

}  // namespace meanfield
