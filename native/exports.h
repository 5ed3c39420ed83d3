// All functions that JavaScript can call, by the file that defines them.
#pragma once

#include <node_api.h>

namespace meanfield {

// dispatch.cc
napi_value resolve_operator(napi_env env, napi_callback_info info);
napi_value operator_schema(napi_env env, napi_callback_info info);
napi_value call_operator(napi_env env, napi_callback_info info);
napi_value perform_operator(napi_env env, napi_callback_info info);

// autograd.cc
napi_value gradient(napi_env env, napi_callback_info info);
napi_value set_requires_grad(napi_env env, napi_callback_info info);
napi_value set_grad_mode(napi_env env, napi_callback_info info);
napi_value set_autocast(napi_env env, napi_callback_info info);

// tensor-exports.cc
napi_value tensor_from_buffer(napi_env env, napi_callback_info info);
napi_value tensor_copy_out(napi_env env, napi_callback_info info);
napi_value tensor_view_out(napi_env env, napi_callback_info info);
napi_value tensor_item(napi_env env, napi_callback_info info);
napi_value tensor_meta(napi_env env, napi_callback_info info);
napi_value leave_tensor(napi_env env, napi_callback_info info);
napi_value release_tensor(napi_env env, napi_callback_info info);
napi_value live_tensors(napi_env env, napi_callback_info info);
napi_value live_bytes(napi_env env, napi_callback_info info);

// generator.cc
napi_value create_generator(napi_env env, napi_callback_info info);
napi_value generator_state(napi_env env, napi_callback_info info);
napi_value restore_generator(napi_env env, napi_callback_info info);
napi_value release_generator(napi_env env, napi_callback_info info);

// runtime.cc
napi_value library_facts(napi_env env, napi_callback_info info);
napi_value set_threads(napi_env env, napi_callback_info info);
napi_value get_threads(napi_env env, napi_callback_info info);
napi_value keep_freed_memory(napi_env env, napi_callback_info info);

}  // namespace meanfield
