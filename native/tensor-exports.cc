// Data transfer into and out of tensors, and the lifetime of their handles.
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>

#include <ATen/ops/from_blob.h>

#include "convert.h"
#include "exports.h"
#include "guard.h"

namespace meanfield {

namespace {
struct Bytes {
  void* data = nullptr;
  size_t length = 0;
  napi_value array_buffer = nullptr;
};

Bytes bytes_of(napi_env env, napi_value view) {
  bool typed = false;
  check(env, napi_is_typedarray(env, view, &typed), "no typed array test");
  if (!typed) throw std::invalid_argument("expected a typed array");
  napi_typedarray_type type;
  size_t elements = 0;
  size_t offset = 0;
  Bytes bytes;
  check(env, napi_get_typedarray_info(env, view, &type, &elements, &bytes.data, &bytes.array_buffer, &offset),
        "no typed array");
  static constexpr size_t kWidth[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  if (static_cast<size_t>(type) >= std::size(kWidth)) throw std::invalid_argument("unknown kind of typed array");
  bytes.length = elements * kWidth[type];
  return bytes;
}

int64_t byte_count(at::IntArrayRef shape, at::ScalarType dtype) {
  int64_t count = static_cast<int64_t>(c10::elementSize(dtype));
  for (const int64_t size : shape)
    if (size < 0 || __builtin_mul_overflow(count, size, &count))
      throw std::invalid_argument("shape " + c10::str(shape) + " is negative or too large");
  return count;
}
}  // namespace

// tensorFromBuffer(view, shape, dtype, share): with `share` the tensor uses and keeps the array buffer, without a copy
napi_value tensor_from_buffer(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    bury(env, state);
    const Bytes bytes = bytes_of(env, arguments[0]);
    const auto shape = to_integers(env, arguments[1]);
    const auto dtype = to_dtype(env, arguments[2]);
    if (byte_count(shape, dtype) != static_cast<int64_t>(bytes.length))
      throw std::invalid_argument("shape and dtype need " + std::to_string(byte_count(shape, dtype)) +
                                  " bytes, the array has " + std::to_string(bytes.length));
    if (!to_boolean(env, arguments[3]))
      return from_tensor(env, state, at::from_blob(bytes.data, shape, at::dtype(dtype)).clone());
    if (reinterpret_cast<uintptr_t>(bytes.data) % c10::elementSize(dtype) != 0)
      throw std::invalid_argument("the array does not start at a multiple of its elements' " +
                                  std::to_string(c10::elementSize(dtype)) + " bytes");
    napi_ref reference = nullptr;
    check(env, napi_create_reference(env, bytes.array_buffer, 1, &reference), "array buffer cannot be kept");
    // Buried once, whether or not the tensor is created; perhaps on another thread, perhaps after the environment,
    // whose teardown has then dropped the reference itself.
    const std::shared_ptr<napi_ref__> kept(reference, [graveyard = state.graveyard](napi_ref dead) {
      const std::lock_guard<std::mutex> lock(graveyard->mutex);
      graveyard->dead.push_back(dead);
    });
    return from_tensor(env, state, at::from_blob(bytes.data, shape, [kept](void*) {}, at::dtype(dtype)),
                       /*foreign=*/true);
  });
}

// tensorCopyOut(tensor, view): row-major bytes into an array of the same byte length
napi_value tensor_copy_out(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    const at::Tensor source = to_tensor(env, state, arguments[0]).detach().cpu().contiguous();
    const Bytes bytes = bytes_of(env, arguments[1]);
    if (source.nbytes() != bytes.length)
      throw std::invalid_argument("the tensor has " + std::to_string(source.nbytes()) + " bytes, the array " +
                                  std::to_string(bytes.length));
    if (bytes.length > 0) std::memcpy(bytes.data, source.data_ptr(), bytes.length);
    return napi_value{nullptr};
  });
}

// tensorViewOut(tensor) -> ArrayBuffer over the tensor's own memory, which it keeps alive
napi_value tensor_view_out(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    const at::Tensor& tensor = to_tensor(env, state, arguments[0]);
    if (!tensor.is_cpu() || !tensor.is_contiguous())
      throw std::invalid_argument("only a contiguous tensor on the CPU can be viewed");
    napi_value result = nullptr;
    if (tensor.numel() == 0) {
      // An external buffer without bytes would be detached.
      void* nothing = nullptr;
      check(env, napi_create_arraybuffer(env, 0, &nothing, &result), "no array buffer");
      return result;
    }
    auto owner = std::make_unique<at::Tensor>(tensor.detach());
    check(env, napi_create_external_arraybuffer(
                   env, owner->data_ptr(), owner->nbytes(),
                   [](napi_env, void*, void* hint) { delete static_cast<at::Tensor*>(hint); }, owner.get(), &result),
          "this runtime does not allow array buffers over native memory");
    owner.release();
    return result;
  });
}

// tensorItem(tensor) -> number of a one-element tensor
napi_value tensor_item(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    const at::Tensor& tensor = to_tensor(env, State::of(env), arguments[0]);
    if (tensor.numel() != 1)
      throw std::invalid_argument("item of a tensor with " + std::to_string(tensor.numel()) + " elements");
    return from_double(env, tensor.item().toDouble());
  });
}

// tensorMeta(tensor) -> [dtype, requiresGrad, device, ...sizes]
napi_value tensor_meta(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    const at::Tensor& tensor = to_tensor(env, State::of(env), arguments[0]);
    napi_value result = nullptr;
    check(env, napi_create_array_with_length(env, tensor.dim() + 3, &result), "no array");
    const auto set = [&](uint32_t index, napi_value value) {
      check(env, napi_set_element(env, result, index, value), "no element");
    };
    set(0, from_double(env, static_cast<double>(static_cast<int>(tensor.scalar_type()))));
    set(1, from_boolean(env, tensor.requires_grad()));
    set(2, from_text(env, tensor.device().str()));
    for (int64_t i = 0; i < tensor.dim(); ++i)
      set(static_cast<uint32_t>(i + 3), from_double(env, static_cast<double>(tensor.size(i))));
    return result;
  });
}

// leaveTensor(handle): leaves it to the garbage collector, and reports its memory to V8
napi_value leave_tensor(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    report_memory(env, state, state.tensors.leave(to_double(env, arguments[0])));
    return napi_value{nullptr};
  });
}

// releaseTensor(handle)
napi_value release_tensor(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    report_memory(env, state, -state.tensors.release(to_double(env, arguments[0])));
    bury(env, state);
    return napi_value{nullptr};
  });
}

// liveBytes() -> bytes kept by live handles; shared memory counts once, JavaScript's own does not count
napi_value live_bytes(napi_env env, napi_callback_info) {
  return guard(env, [&] { return from_double(env, static_cast<double>(State::of(env).tensors.bytes())); });
}

// liveTensors() -> count of handles
napi_value live_tensors(napi_env env, napi_callback_info) {
  return guard(env, [&] {
    State& state = State::of(env);
    bury(env, state);
    return from_double(env, static_cast<double>(state.tensors.live()));
  });
}

}  // namespace meanfield
