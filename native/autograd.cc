// Gradients by libtorch's autograd, and the modes that change how operators run.
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "autocast.h"
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
    for (size_t i = 0; i < inputs.size(); ++i)
      if (!inputs[i].requires_grad())
        throw std::invalid_argument("grad: input " + std::to_string(i) + " (" + describe(inputs[i]) +
                                    ") does not require a gradient");
    try {
      return from_tensors(
          env, state,
          torch::autograd::grad(outputs, inputs, cotangents, retain, create, /*allow_unused=*/true));
    } catch (const std::exception& error) {
      throw std::runtime_error("grad of " + (outputs.empty() ? "nothing" : describe(outputs[0])) + " with respect to " +
                               std::to_string(inputs.size()) + " inputs: " + plain_message(error));
    }
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

// setGradMode(flag) -> the previous flag
napi_value set_grad_mode(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    const bool before = at::GradMode::is_enabled();
    const bool next = to_boolean(env, arguments[0]);
    at::GradMode::set_enabled(next);
    // A weight's cast cached without recording would detach the weight from a later gradient.
    if (next && !before && (autocast_now(false).enabled || autocast_now(true).enabled)) at::autocast::clear_cache();
    return from_boolean(env, before);
  });
}

// setAutocast(cuda, flag, dtype) -> previous [flag, dtype]. Weight casts are cached until either changes.
napi_value set_autocast(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    const bool cuda = to_boolean(env, arguments[0]);
    const Autocast before = autocast_now(cuda);
    const Autocast next{to_boolean(env, arguments[1]), to_dtype(env, arguments[2])};
    switch_autocast(cuda, next);
    if (next.enabled != before.enabled || next.dtype != before.dtype) at::autocast::clear_cache();
    napi_value result = nullptr;
    check(env, napi_create_array_with_length(env, 2, &result), "no array");
    check(env, napi_set_element(env, result, 0, from_boolean(env, before.enabled)), "no element");
    check(env, napi_set_element(env, result, 1, from_double(env, static_cast<int>(before.dtype))), "no element");
    return result;
  });
}

}  // namespace meanfield
