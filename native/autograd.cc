// Gradients by libtorch's autograd, and the modes that change how operators run.
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include "convert.h"
#include "exports.h"
#include "guard.h"

namespace meanfield {

// gradient(outputs[], inputs[], cotangents[] | null, retainGraph, createGraph) -> (handle | null)[]
napi_value gradient(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    bury(env, state);
    const auto outputs = to_tensors(env, state, arguments[0]);
    const auto inputs = to_tensors(env, state, arguments[1]);
    std::vector<at::Tensor> cotangents;
    if (!is_null(env, arguments[2])) cotangents = to_tensors(env, state, arguments[2]);
    const bool retain = to_boolean(env, arguments[3]);
    const bool create = to_boolean(env, arguments[4]);
    return from_tensors(
        env, state,
        torch::autograd::grad(outputs, inputs, cotangents, retain, create, /*allow_unused=*/true));
  });
}

// setRequiresGrad(tensor, flag)
napi_value set_requires_grad(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    to_tensor(env, state, arguments[0]).set_requires_grad(to_boolean(env, arguments[1]));
    return napi_value{nullptr};
  });
}

// setGradMode(flag) -> the flag before
napi_value set_grad_mode(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    const bool before = at::GradMode::is_enabled();
    at::GradMode::set_enabled(to_boolean(env, arguments[0]));
    return from_boolean(env, before);
  });
}

namespace {
void enable_autocast(bool cuda, bool enabled, at::ScalarType dtype) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  const auto device = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_dtype(device, dtype);
  at::autocast::set_autocast_enabled(device, enabled);
#else
  if (cuda) {
    at::autocast::set_autocast_gpu_dtype(dtype);
    at::autocast::set_enabled(enabled);
  } else {
    at::autocast::set_autocast_cpu_dtype(dtype);
    at::autocast::set_cpu_enabled(enabled);
  }
#endif
  if (!enabled) at::autocast::clear_cache();
}
}  // namespace

// setAutocast(cuda, flag, dtype): weight casts are cached until autocast is switched off
napi_value set_autocast(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    enable_autocast(to_boolean(env, arguments[0]), to_boolean(env, arguments[1]),
                    static_cast<at::ScalarType>(to_integer(env, arguments[2])));
    return napi_value{nullptr};
  });
}

}  // namespace meanfield
