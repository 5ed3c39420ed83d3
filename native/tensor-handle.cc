#include "tensor-handle.h"

#include <stdexcept>

namespace meanfield {

namespace {
// 53 bits of a double: the lower 26 are the slot, the upper 27 its generation.
constexpr uint64_t kSlotBits = 26;
constexpr uint64_t kSlotMask = (uint64_t{1} << kSlotBits) - 1;
constexpr uint32_t kGenerationMask = (uint32_t{1} << 27) - 1;

// A view weighs nothing: its base already accounts for the storage.
int64_t weight(const at::Tensor& tensor) {
  if (!tensor.has_storage() || tensor.is_view()) return 0;
  return static_cast<int64_t>(tensor.storage().nbytes());
}
}  // namespace

double TensorTable::put(at::Tensor tensor) {
  uint32_t slot = 0;
  if (free_.empty()) {
    if (slots_.size() > kSlotMask) throw std::runtime_error("too many live tensors");
    slot = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  Slot& entry = slots_[slot];
  entry.bytes = weight(tensor);
  entry.tensor = std::move(tensor);
  return static_cast<double>((uint64_t{entry.generation} << kSlotBits) | slot);
}

uint32_t TensorTable::slot_of(double handle) const {
  const auto key = handle >= 0 ? static_cast<uint64_t>(handle) : ~uint64_t{0};
  const uint64_t slot = key & kSlotMask;
  if (slot >= slots_.size() || slots_[slot].generation != (key >> kSlotBits) || !slots_[slot].tensor.defined())
    throw std::invalid_argument("tensor used after it was disposed");
  return static_cast<uint32_t>(slot);
}

const at::Tensor& TensorTable::get(double handle) const { return slots_[slot_of(handle)].tensor; }

int64_t TensorTable::release(double handle) {
  const uint32_t slot = slot_of(handle);
  Slot& entry = slots_[slot];
  // The slot is consistent before the tensor dies: its destructor may run user-visible deleters.
  at::Tensor dying = std::move(entry.tensor);
  entry.tensor = at::Tensor();
  entry.generation = (entry.generation + 1) & kGenerationMask;
  free_.push_back(slot);
  const int64_t bytes = entry.bytes;
  entry.bytes = 0;
  return bytes;
}

}  // namespace meanfield
