// An allocator for large CPU tensors. A training step allocates and frees the same sizes in the same order every
// time. malloc returns each large block either as fresh pages, which the kernel must zero, or from a heap fragmented
// by long-lived small blocks, which grows to half as much again as is ever in use. Here large blocks have a region of
// their own: a freed block merges with its free neighbours and is reused.
#include <sys/mman.h>

#include <cstddef>
#include <iterator>
#include <map>
#include <mutex>
#include <unordered_map>

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <torch/version.h>

#include "exports.h"
#include "guard.h"

namespace meanfield {
namespace {

constexpr size_t kLarge = size_t{1} << 18;   // bytes; malloc serves smaller blocks
constexpr size_t kHuge = size_t{1} << 30;    // larger blocks are mapped and unmapped one by one
constexpr size_t kRegion = size_t{1} << 32;  // addresses reserved at a time; pages are mapped on first touch
constexpr size_t kPage = size_t{1} << 12;

class KeepingAllocator final : public c10::Allocator {
 public:
  explicit KeepingAllocator(c10::Allocator* small) : small_(small) {}

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(size_t bytes) override { return take(bytes); }
  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }
#else
  c10::DataPtr allocate(size_t bytes) const override { return const_cast<KeepingAllocator*>(this)->take(bytes); }
#endif
  c10::DeleterFnPtr raw_deleter() const override { return give_back; }

  static KeepingAllocator* instance;

 private:
  c10::DataPtr take(size_t bytes) {
    if (bytes < kLarge) return small_->allocate(bytes);
    const size_t whole = (bytes + kPage - 1) / kPage * kPage;
    const std::lock_guard<std::mutex> lock(mutex_);
    char* const at = whole < kHuge ? cut(whole) : map(whole, 0);
    TORCH_CHECK(at, "not enough memory for a tensor of ", bytes, " bytes; those in use have ", used_bytes_);
    used_bytes_ += whole;
    used_.emplace(at, whole);
    return {at, at, give_back, c10::Device(c10::DeviceType::CPU)};
  }

  // Best fit: the smallest free range that is long enough. The longest, still untouched, comes last.
  char* cut(size_t bytes) {
    auto best = free_.end();
    for (auto range = free_.begin(); range != free_.end(); ++range)
      if (range->second >= bytes && (best == free_.end() || range->second < best->second)) best = range;
    if (best == free_.end()) {
      char* const region = map(kRegion, MAP_NORESERVE);
      if (!region) return map(bytes, 0);
      best = free_.emplace(region, kRegion).first;
    }
    char* const at = best->first;
    const size_t left = best->second - bytes;
    free_.erase(best);
    if (left) free_.emplace(at + bytes, left);
    return at;
  }

  // Null if no memory is left.
  static char* map(size_t bytes, int flags) {
    void* const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (at == MAP_FAILED) return nullptr;
    madvise(at, bytes, MADV_HUGEPAGE);  // fewer page faults, if the kernel supports it
    return static_cast<char*>(at);
  }

  static void give_back(void* at) {
    if (at && !instance->keep(static_cast<char*>(at))) instance->small_->raw_deleter()(at);
  }

  // Whether the block was one of ours.
  bool keep(char* at) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = used_.find(at);
    if (found == used_.end()) return false;
    size_t bytes = found->second;
    used_bytes_ -= bytes;
    used_.erase(found);
    if (bytes >= kHuge) {
      munmap(at, bytes);
      return true;
    }
    const auto after = free_.find(at + bytes);
    if (after != free_.end()) {
      bytes += after->second;
      free_.erase(after);
    }
    const auto next = free_.lower_bound(at);
    if (next != free_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == at) {
        before->second += bytes;
        return true;
      }
    }
    free_.emplace(at, bytes);
    return true;
  }

  c10::Allocator* const small_;
  std::mutex mutex_;
  std::unordered_map<char*, size_t> used_;
  std::map<char*, size_t> free_;
  size_t used_bytes_ = 0;
};

KeepingAllocator* KeepingAllocator::instance = nullptr;

}  // namespace

// keepFreedMemory(): installs the allocator, for good: tensors may outlive this library's use of them.
napi_value keep_freed_memory(napi_env env, napi_callback_info) {
  return guard(env, [&] {
    static std::once_flag once;
    std::call_once(once, [] {
      KeepingAllocator::instance = new KeepingAllocator(c10::GetCPUAllocator());
      c10::SetCPUAllocator(KeepingAllocator::instance, 1);
    });
    return napi_value{nullptr};
  });
}

}  // namespace meanfield
