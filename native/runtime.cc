// Facts about the loaded libtorch, and its threads.
#include <dlfcn.h>

#include <string>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include "convert.h"
#include "exports.h"
#include "guard.h"

namespace meanfield {

namespace {
constexpr int64_t kMostThreads = 4096;

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
    const int64_t count = to_integer(env, arguments[0]);
    if (count < 1 || count > kMostThreads)
      throw std::invalid_argument("setThreads: expected 1 to " + std::to_string(kMostThreads) + " threads, got " +
                                  std::to_string(count));
    at::set_num_threads(static_cast<int>(count));
    return napi_value{nullptr};
  });
}

napi_value get_threads(napi_env env, napi_callback_info) {
  return guard(env, [&] { return from_double(env, at::get_num_threads()); });
}

}  // namespace meanfield
