// The single places that convert C++ exceptions to JavaScript errors and check Node-API statuses.
#pragma once

#include <node_api.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <c10/util/Exception.h>

namespace meanfield {

// A JavaScript exception is already pending: unwind without replacing it.
struct PendingException {};

inline void check(napi_env env, napi_status status, const char* what) {
  if (status == napi_ok) return;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending || status == napi_pending_exception) throw PendingException{};
  throw std::invalid_argument(what);
}

// libtorch's message without its C++ backtrace.
inline std::string plain_message(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error ? torch_error->what_without_backtrace() : error.what();
}

// Runs the body of an exported function; converts every exception to a JavaScript error.
template <typename Body>
napi_value guard(napi_env env, Body&& body) noexcept {
  std::string message;
  try {
    return std::forward<Body>(body)();
  } catch (const PendingException&) {
    return nullptr;
  } catch (const std::exception& error) {
    message = plain_message(error);
  } catch (...) {
    message = "unknown native exception";
  }
  napi_throw_error(env, "MEANFIELD_NATIVE", message.c_str());
  return nullptr;
}

}  // namespace meanfield
