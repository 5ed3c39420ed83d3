// JavaScript refers to a tensor by a number: slot + generation. A handle that outlives its tensor is detected and
// rejected; no pointer ever crosses the boundary.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include <ATen/core/Tensor.h>

namespace meanfield {

class TensorTable {
 public:
  // Takes a defined tensor. `foreign`: JavaScript owns its memory, which does not count here.
  double put(at::Tensor tensor, bool foreign = false);

  // Throws std::invalid_argument if the handle was released or never existed.
  const at::Tensor& get(double handle) const;

  // Leaves the handle to the garbage collector. Returns the bytes to report: 0 if another such handle shares the storage.
  int64_t leave(double handle);

  // Returns the bytes to stop reporting; releasing twice is an error.
  int64_t release(double handle);

  size_t live() const { return slots_.size() - free_.size(); }
  int64_t bytes() const { return bytes_; }

 private:
  struct Slot {
    at::Tensor tensor;
    const void* storage = nullptr;
    uint32_t generation = 0;
    bool left = false;
  };

  // Views share their base's storage, and either may be destroyed first: memory is counted by storage.
  struct Shared {
    uint32_t handles = 0;
    // Number of handles left to the garbage collector.
    uint32_t left = 0;
    int64_t bytes = 0;
  };

  uint32_t slot_of(double handle) const;

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::unordered_map<const void*, Shared> storages_;
  int64_t bytes_ = 0;
};

}  // namespace meanfield
