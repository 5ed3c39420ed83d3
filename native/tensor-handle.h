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
  struct Entry {
    double handle;
    // Bytes of memory that were not accounted for before: 0 if another handle shares the storage.
    int64_t gained;
  };

  // Takes a defined tensor. `foreign`: its memory is JavaScript's own and weighs nothing here.
  Entry put(at::Tensor tensor, bool foreign = false);

  // Throws std::invalid_argument if the handle was released or never existed.
  const at::Tensor& get(double handle) const;

  // Returns the bytes that no handle accounts for any more; releasing twice is an error.
  int64_t release(double handle);

  size_t live() const { return slots_.size() - free_.size(); }
  int64_t bytes() const { return bytes_; }

 private:
  struct Slot {
    at::Tensor tensor;
    const void* storage = nullptr;
    uint32_t generation = 0;
  };

  // Views share their base's storage, and either may die first: memory is accounted for by storage.
  struct Shared {
    uint32_t handles = 0;
    int64_t bytes = 0;
  };

  uint32_t slot_of(double handle) const;

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::unordered_map<const void*, Shared> storages_;
  int64_t bytes_ = 0;
};

}  // namespace meanfield
