// An optional tensor: `Tensor?` of a schema.
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>
#include <torch/version.h>

namespace meanfield {

// libtorch's own optional became std::optional, and its name is deprecated.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 5)
using OptionalTensor = std::optional<at::Tensor>;
#else
using OptionalTensor = c10::optional<at::Tensor>;
#endif

}  // namespace meanfield
