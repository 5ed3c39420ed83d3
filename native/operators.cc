#include "operators.h"

#include <stdexcept>

#include <ATen/core/dispatch/Dispatcher.h>

#include "guard.h"

#ifndef MEANFIELD_NAMESPACE
#error "scripts/build-native.mjs names the build"
#endif

namespace meanfield {
namespace {

const std::string kPublic = "meanfield::";
const std::string kRegistered = MEANFIELD_NAMESPACE "::";

// Runs while the library is loaded, in one thread at a time: no other copy registers meanwhile. An exception that
// escapes would end the process.
std::string register_operators() noexcept {
  try {
    if (c10::Dispatcher::singleton().findSchema({kRegistered + "conv3x3", ""})) return "";
    // Never destroyed: other copies may use its registrations.
    auto* const library = new torch::Library(torch::Library::DEF, MEANFIELD_NAMESPACE, {}, __FILE__, __LINE__);
    batch_norm::define(*library);
    bottleneck::define(*library);
    conv3x3::define(*library);
    return "";
  } catch (const std::exception& error) {
    return plain_message(error);
  } catch (...) {
    return "unknown native exception";
  }
}

const std::string kFailure = register_operators();

}  // namespace

std::string registered_name(const std::string& name) {
  return name.compare(0, kPublic.size(), kPublic) == 0 ? kRegistered + name.substr(kPublic.size()) : name;
}

std::string public_schema(const std::string& text) {
  return text.compare(0, kRegistered.size(), kRegistered) == 0 ? kPublic + text.substr(kRegistered.size()) : text;
}

void check_operators() {
  if (!kFailure.empty()) throw std::runtime_error("its operators cannot be registered: " + kFailure);
}

}  // namespace meanfield
