// A tensor that may be missing: `Tensor?` of a schema.
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>
#include <torch/version.h>

namespace meanfield {

// libtorch's own optional became the standard's, and its name is on the way out.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 5)
using OptionalTensor = std::optional<at::Tensor>;
#else
using OptionalTensor = c10::optional<at::Tensor>;
#endif

}  // namespace meanfield
