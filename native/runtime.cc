// Facts about the loaded libtorch, its threads, and the allocator below it.
#include <dlfcn.h>
#include <malloc.h>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include "convert.h"
#include "exports.h"
#include "guard.h"

namespace meanfield {

namespace {
std::string library_path() {
  Dl_info found{};
  const auto address = reinterpret_cast<void*>(&at::show_config);
  return dladdr(address, &found) && found.dli_fname ? found.dli_fname : "";
}
}  // namespace

// libraryFacts() -> [built against, path of libtorch, configuration, cuda devices]
napi_value library_facts(napi_env env, napi_callback_info) {
  return guard(env, [&] {
    napi_value result = nullptr;
    check(env, napi_create_array_with_length(env, 4, &result), "no array");
    const auto set = [&](uint32_t index, napi_value value) {
      check(env, napi_set_element(env, result, index, value), "no element");
    };
    set(0, from_text(env, TORCH_VERSION));
    set(1, from_text(env, library_path()));
    set(2, from_text(env, at::show_config()));
    set(3, from_double(env, at::hasCUDA() ? static_cast<double>(at::getNumGPUs()) : 0));
    return result;
  });
}

// setThreads(count)
napi_value set_threads(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    at::set_num_threads(static_cast<int>(to_integer(env, arguments[0])));
    return napi_value{nullptr};
  });
}

napi_value get_threads(napi_env env, napi_callback_info) {
  return guard(env, [&] { return from_double(env, at::get_num_threads()); });
}

// keepFreedMemory(bytes): blocks up to this size are reused by the allocator instead of going back to the
// kernel after every step; zeroing fresh pages costs a training step about a tenth of its time.
napi_value keep_freed_memory(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    bool kept = false;
#ifdef __GLIBC__
    const auto bytes = static_cast<int>(to_integer(env, arguments[0]));
    kept = mallopt(M_MMAP_THRESHOLD, bytes) == 1 && mallopt(M_TRIM_THRESHOLD, bytes) == 1;
#endif
    return from_boolean(env, kept);
  });
}

}  // namespace meanfield
