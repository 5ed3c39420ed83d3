// Tensors are known to JavaScript by a number: slot + generation. A number that outlives its tensor is
// recognised and refused; no pointer ever crosses the boundary.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include <ATen/core/Tensor.h>

namespace meanfield {

class TensorTable {
 public:
  // Takes a defined tensor. `foreign`: its memory is JavaScript's own and weighs nothing here.
  double put(at::Tensor tensor, bool foreign = false);

  // Throws std::invalid_argument if the handle was released or never existed.
  const at::Tensor& get(double handle) const;

  // Leaves the handle to the garbage collector. Returns the bytes that come to weigh on it: 0 if another such
  // handle shares the storage.
  int64_t leave(double handle);

  // Returns the bytes that weigh on the garbage collector no more; releasing twice is an error.
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

  // Views share their base's storage, and either may die first: memory is accounted for by storage.
  struct Shared {
    uint32_t handles = 0;
    // Those of the handles that are left to the garbage collector.
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
