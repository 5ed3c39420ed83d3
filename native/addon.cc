// The list of exports; exports.h names the file that defines each.
#include <memory>

#include "exports.h"
#include "guard.h"
#include "operators.h"
#include "state.h"

namespace meanfield {

namespace {
struct Export {
  const char* name;
  napi_callback function;
};

constexpr Export kExports[] = {
    {"operator", resolve_operator},
    {"schema", operator_schema},
    {"call", call_operator},
    {"perform", perform_operator},
    {"gradient", gradient},
    {"setRequiresGrad", set_requires_grad},
    {"setGradMode", set_grad_mode},
    {"setAutocast", set_autocast},
    {"tensorFromBuffer", tensor_from_buffer},
    {"tensorCopyOut", tensor_copy_out},
    {"tensorViewOut", tensor_view_out},
    {"tensorItem", tensor_item},
    {"tensorMeta", tensor_meta},
    {"leaveTensor", leave_tensor},
    {"releaseTensor", release_tensor},
    {"liveTensors", live_tensors},
    {"liveBytes", live_bytes},
    {"createGenerator", create_generator},
    {"generatorState", generator_state},
    {"restoreGenerator", restore_generator},
    {"releaseGenerator", release_generator},
    {"libraryFacts", library_facts},
    {"setThreads", set_threads},
    {"getThreads", get_threads},
    {"keepFreedMemory", keep_freed_memory},
};

napi_value initialise(napi_env env, napi_value exports) {
  return guard(env, [&] {
    check_operators();
    auto state = std::make_unique<State>();
    check(env, napi_set_instance_data(env, state.get(),
                                      [](napi_env, void* data, void*) { delete static_cast<State*>(data); }, nullptr),
          "no instance data");
    state.release();
    for (const Export& entry : kExports) {
      napi_value function = nullptr;
      check(env, napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, nullptr, &function),
            "no function");
      check(env, napi_set_named_property(env, exports, entry.name, function), "no property");
    }
    return exports;
  });
}
}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, initialise)

}  // namespace meanfield
