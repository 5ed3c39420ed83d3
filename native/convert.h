// Converts between JavaScript values and libtorch's boxed values, driven by operator schemas.
#pragma once

#include <node_api.h>

#include <string>
#include <vector>

#include <ATen/core/ivalue.h>

#include "state.h"

namespace meanfield {

// Arguments of a call from JavaScript; up to the common count, without allocation.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);
  size_t size() const { return count_; }
  napi_value operator[](size_t index) const;

 private:
  static constexpr size_t kInline = 20;
  napi_env env_;
  size_t count_ = kInline;
  napi_value inline_[kInline];
  std::vector<napi_value> more_;
};

bool is_null(napi_env env, napi_value value);
double to_double(napi_env env, napi_value value);
int64_t to_integer(napi_env env, napi_value value);
bool to_boolean(napi_env env, napi_value value);
at::ScalarType to_dtype(napi_env env, napi_value value);
std::string to_text(napi_env env, napi_value value);
std::vector<int64_t> to_integers(napi_env env, napi_value value);
std::vector<at::Tensor> to_tensors(napi_env env, State& state, napi_value value);
const at::Tensor& to_tensor(napi_env env, State& state, napi_value value);

napi_value from_double(napi_env env, double value);
napi_value from_boolean(napi_env env, bool value);
napi_value from_text(napi_env env, const std::string& value);
napi_value from_integers(napi_env env, at::IntArrayRef values);
napi_value from_tensor(napi_env env, State& state, at::Tensor tensor, bool foreign = false);
napi_value from_tensors(napi_env env, State& state, const std::vector<at::Tensor>& tensors);

ArgumentPlan plan_argument(const c10::Argument& argument);
c10::IValue to_ivalue(napi_env env, State& state, const ArgumentPlan& plan, napi_value value);
napi_value from_ivalue(napi_env env, State& state, const c10::IValue& value);

// f32[128, 3, 32, 32], with @cuda:0 if it is not on the CPU.
std::string describe(const at::Tensor& tensor);

// Describes an argument for error messages: f32[128, 3, 32, 32], 1.5, null.
std::string describe(napi_env env, State& state, const ArgumentPlan& plan, napi_value value);

}  // namespace meanfield
