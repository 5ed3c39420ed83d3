#include "tensor-handle.h"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace meanfield {

namespace {
// A handle uses the 53 bits of a double: slot in the lower 26, generation in the upper 27.
constexpr uint64_t kSlotBits = 26;
constexpr uint64_t kSlotMask = (uint64_t{1} << kSlotBits) - 1;
constexpr uint32_t kGenerationMask = (uint32_t{1} << 27) - 1;
constexpr double kLargestHandle = 9007199254740991.0;
}  // namespace

double TensorTable::put(at::Tensor tensor, bool foreign) {
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
  entry.storage = tensor.has_storage() ? tensor.storage().unsafeGetStorageImpl() : nullptr;
  if (entry.storage) {
    Shared& shared = storages_[entry.storage];
    if (shared.handles++ == 0 && !foreign) bytes_ += shared.bytes = static_cast<int64_t>(tensor.storage().nbytes());
  }
  entry.tensor = std::move(tensor);
  return static_cast<double>((uint64_t{entry.generation} << kSlotBits) | slot);
}

uint32_t TensorTable::slot_of(double handle) const {
  // Written so that NaN fails too.
  const bool whole = handle >= 0 && handle <= kLargestHandle && std::floor(handle) == handle;
  const auto key = whole ? static_cast<uint64_t>(handle) : ~uint64_t{0};
  const uint64_t slot = key & kSlotMask;
  if (slot >= slots_.size() || slots_[slot].generation != (key >> kSlotBits) || !slots_[slot].tensor.defined())
    throw std::invalid_argument("tensor used after it was disposed");
  return static_cast<uint32_t>(slot);
}

const at::Tensor& TensorTable::get(double handle) const { return slots_[slot_of(handle)].tensor; }

int64_t TensorTable::leave(double handle) {
  Slot& entry = slots_[slot_of(handle)];
  if (entry.left) return 0;
  entry.left = true;
  const auto shared = storages_.find(entry.storage);
  return shared == storages_.end() || shared->second.left++ > 0 ? 0 : shared->second.bytes;
}

int64_t TensorTable::release(double handle) {
  const uint32_t slot = slot_of(handle);
  Slot& entry = slots_[slot];
  // Make the slot consistent before the tensor is destroyed: its destructor may run user code.
  at::Tensor dying = std::move(entry.tensor);
  entry.tensor = at::Tensor();
  entry.generation = (entry.generation + 1) & kGenerationMask;
  free_.push_back(slot);
  const auto shared = storages_.find(entry.storage);
  const bool left = std::exchange(entry.left, false);
  if (shared == storages_.end()) return 0;
  const int64_t lighter = left && --shared->second.left == 0 ? shared->second.bytes : 0;
  if (--shared->second.handles == 0) {
    bytes_ -= shared->second.bytes;
    storages_.erase(shared);
  }
  return lighter;
}

}  // namespace meanfield
