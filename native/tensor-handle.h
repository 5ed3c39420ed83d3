// Tensors are known to JavaScript by a number: slot + generation. A number that outlives its tensor is
// recognised and refused; no pointer ever crosses the boundary.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace meanfield {

class TensorTable {
 public:
  // Takes a defined tensor; returns its handle.
  double put(at::Tensor tensor);

  // Throws std::invalid_argument if the handle was released or never existed.
  const at::Tensor& get(double handle) const;

  // Returns the bytes that the handle accounted for; releasing twice is an error.
  int64_t release(double handle);

  int64_t bytes(double handle) const { return slots_[slot_of(handle)].bytes; }
  size_t live() const { return slots_.size() - free_.size(); }

 private:
  struct Slot {
    at::Tensor tensor;
    uint32_t generation = 0;
    int64_t bytes = 0;
  };

  uint32_t slot_of(double handle) const;

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
};

}  // namespace meanfield
