#include "state.h"

#include "guard.h"

namespace meanfield {

namespace {
constexpr int64_t kReportStep = int64_t{32} << 20;
}

State& State::of(napi_env env) {
  void* data = nullptr;
  check(env, napi_get_instance_data(env, &data), "no instance data");
  return *static_cast<State*>(data);
}

void report_memory(napi_env env, State& state, int64_t delta) {
  state.unreported_bytes += delta;
  if (state.unreported_bytes < kReportStep && state.unreported_bytes > -kReportStep) return;
  int64_t total = 0;
  napi_adjust_external_memory(env, state.unreported_bytes, &total);
  state.unreported_bytes = 0;
}

void bury(napi_env env, State& state) {
  std::vector<napi_ref> dead;
  {
    std::lock_guard<std::mutex> lock(state.graveyard->mutex);
    dead.swap(state.graveyard->dead);
  }
  for (napi_ref reference : dead) napi_delete_reference(env, reference);
}

}  // namespace meanfield
