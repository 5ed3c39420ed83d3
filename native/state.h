// The native state of one JavaScript environment (the main thread or a worker).
#pragma once

#include <node_api.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <ATen/core/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include "tensor-handle.h"

namespace meanfield {

// How an operator argument is converted; derived once from the schema.
enum class Kind {
  tensor,
  tensor_list,
  optional_tensor_list,
  integer,
  integer_list,
  real,
  real_list,
  boolean,
  boolean_list,
  scalar,
  device,
  generator,
  text,
  unsupported,
};

struct ArgumentPlan {
  Kind kind;
  bool optional;
};

struct Operator {
  c10::OperatorHandle handle;
  std::string name;
  std::vector<ArgumentPlan> arguments;
};

// References to JavaScript array buffers whose tensors were destroyed, possibly on another thread.
struct BufferGraveyard {
  std::mutex mutex;
  std::vector<napi_ref> dead;
};

struct State {
  TensorTable tensors;
  // A deque keeps references valid: reading arguments may run JavaScript, which may add operators.
  std::deque<Operator> operators;
  std::unordered_map<std::string, uint32_t> operator_ids;
  std::vector<at::Generator> generators;
  std::vector<uint32_t> free_generators;
  std::shared_ptr<BufferGraveyard> graveyard = std::make_shared<BufferGraveyard>();
  int64_t unreported_bytes = 0;

  static State& of(napi_env env);
};

// Reports native memory to V8 in steps, so that its garbage collector knows the weight of handles.
void report_memory(napi_env env, State& state, int64_t delta);

// Drops references to array buffers that no tensor uses.
void bury(napi_env env, State& state);

}  // namespace meanfield
