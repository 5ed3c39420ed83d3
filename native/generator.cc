// libtorch's seeded random generators: create, save, restore.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include "convert.h"
#include "exports.h"
#include "guard.h"

namespace meanfield {

namespace {
at::Generator& generator_at(napi_env env, State& state, napi_value value) {
  const auto id = static_cast<size_t>(to_integer(env, value));
  if (id >= state.generators.size() || !state.generators[id].defined())
    throw std::invalid_argument("generator used after it was disposed");
  return state.generators[id];
}

// The CPU's Mersenne twister uses only 32 bits of a seed. The upper bits are mixed into them (splitmix64's
// finaliser), so that seeds which differ only above bit 32 give different streams.
uint64_t seed_for(const c10::Device& device, uint64_t seed) {
  if (!device.is_cpu() || seed >> 32 == 0) return seed;
  seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
  return (seed ^ (seed >> 31)) >> 32;
}

at::Generator new_generator(const c10::Device& device) {
  if (device.is_cpu()) return at::detail::createCPUGenerator();
  // Clones the device's default generator: without CUDA headers libtorch offers no constructor.
  return at::globalContext().defaultGenerator(device).clone();
}
}  // namespace

// createGenerator(device, seed) -> id
napi_value create_generator(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    const c10::Device device(to_text(env, arguments[0]));
    at::Generator generator = new_generator(device);
    generator.set_current_seed(seed_for(device, static_cast<uint64_t>(to_integer(env, arguments[1]))));
    if (state.free_generators.empty()) {
      state.generators.push_back(std::move(generator));
      return from_double(env, static_cast<double>(state.generators.size() - 1));
    }
    const uint32_t id = state.free_generators.back();
    state.free_generators.pop_back();
    state.generators[id] = std::move(generator);
    return from_double(env, id);
  });
}

// generatorState(id) -> tensor of bytes
napi_value generator_state(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    at::Generator& generator = generator_at(env, state, arguments[0]);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    return from_tensor(env, state, generator.get_state());
  });
}

// restoreGenerator(id, tensor)
napi_value restore_generator(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    at::Generator& generator = generator_at(env, state, arguments[0]);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(to_tensor(env, state, arguments[1]));
    return napi_value{nullptr};
  });
}

// releaseGenerator(id)
napi_value release_generator(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    generator_at(env, state, arguments[0]) = at::Generator();
    state.free_generators.push_back(static_cast<uint32_t>(to_integer(env, arguments[0])));
    return napi_value{nullptr};
  });
}

}  // namespace meanfield
