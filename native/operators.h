// The project's own operators, registered with libtorch's dispatcher once in a process.
#pragma once

#include <string>

#include <torch/library.h>

namespace meanfield {

// What the addon's JavaScript calls meanfield::name is registered under a namespace of this build, so that two copies of the
// package in one process share operators if they are the same build, and have their own if they are not.
std::string registered_name(const std::string& name);
// The reverse, in the text of a schema.
std::string public_schema(const std::string& text);

// Throws what went wrong when this library was loaded.
void check_operators();

namespace conv3x3 {
void define(torch::Library& library);
}
namespace batch_norm {
void define(torch::Library& library);
}
namespace bottleneck {
void define(torch::Library& library);
}

}  // namespace meanfield
