// The project's own operators, registered with libtorch's dispatcher once per process.
#pragma once

#include <string>

#include <torch/library.h>

namespace meanfield {

// JavaScript's meanfield::name is registered under a namespace of this build. Two copies of the package in one
// process share operators if they are the same build; otherwise each has its own.
std::string registered_name(const std::string& name);
// The inverse, in the text of a schema.
std::string public_schema(const std::string& text);

// Throws the error that occurred when this library was loaded.
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
