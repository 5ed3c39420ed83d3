// Memory of large CPU tensors. A training step takes and frees the same sizes in the same order every time. From malloc each
// large block comes back as fresh pages, which the kernel has to zero, or is cut into smaller ones, and the heap grows to half
// as much again as is ever in use. Here freed blocks are kept whole, by size, and given out again.
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <torch/version.h>

#include "exports.h"
#include "guard.h"

namespace meanfield {
namespace {

constexpr size_t kLarge = size_t{1} << 18;     // bytes; below, blocks are malloc's
constexpr size_t kPage = size_t{1} << 12;
constexpr size_t kHugePage = size_t{1} << 21;

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
  struct Block {
    void* at;
    size_t bytes;
  };

  c10::DataPtr take(size_t bytes) {
    if (bytes < kLarge) return small_->allocate(bytes);
    const size_t unit = bytes < kHugePage ? kPage : kHugePage;
    const size_t whole = (bytes + unit - 1) / unit * unit;
    const std::lock_guard<std::mutex> lock(mutex_);
    // The latest of the size: it may still be in the cache.
    const auto found = std::find_if(kept_.rbegin(), kept_.rend(), [&](const Block& block) { return block.bytes == whole; });
    void* at = nullptr;
    if (found != kept_.rend()) {
      at = found->at;
      kept_.erase(std::next(found).base());
      kept_bytes_ -= whole;
    } else {
      most_ = std::max(most_, used_bytes_ + whole);
      // What is kept beside what is used stays within an eighth of the most that was ever used.
      while (!kept_.empty() && used_bytes_ + kept_bytes_ + whole > most_ + most_ / 8) release_oldest();
      at = map(whole);
      while (!at && !kept_.empty()) {
        release_oldest();
        at = map(whole);
      }
      TORCH_CHECK(at, "not enough memory for a tensor of ", bytes, " bytes; those in use have ", used_bytes_);
    }
    used_bytes_ += whole;
    most_ = std::max(most_, used_bytes_);
    used_.emplace(at, whole);
    return {at, at, give_back, c10::Device(c10::DeviceType::CPU)};
  }

  // Null where there is no more.
  static void* map(size_t bytes) {
    // Huge pages where the kernel has them: a hundredth of the page faults.
    const size_t slack = bytes >= kHugePage ? kHugePage : 0;
    void* raw = mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (raw == MAP_FAILED) return nullptr;
    if (!slack) return raw;
    char* const begin = static_cast<char*>(raw);
    char* const at = begin + (kHugePage - reinterpret_cast<size_t>(begin) % kHugePage) % kHugePage;
    if (at > begin) munmap(begin, at - begin);
    const size_t after = slack - (at - begin);
    if (after) munmap(at + bytes, after);
    madvise(at, bytes, MADV_HUGEPAGE);
    return at;
  }

  void release_oldest() {
    munmap(kept_.front().at, kept_.front().bytes);
    kept_bytes_ -= kept_.front().bytes;
    kept_.erase(kept_.begin());
  }

  static void give_back(void* at) {
    if (!at) return;
    if (!instance->keep(at)) instance->small_->raw_deleter()(at);
  }

  bool keep(void* at) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = used_.find(at);
    if (found == used_.end()) return false;
    used_bytes_ -= found->second;
    kept_bytes_ += found->second;
    kept_.push_back({at, found->second});
    used_.erase(found);
    return true;
  }

  c10::Allocator* const small_;
  std::mutex mutex_;
  std::unordered_map<void*, size_t> used_;
  std::vector<Block> kept_;  // oldest first
  size_t used_bytes_ = 0, kept_bytes_ = 0, most_ = 0;
};

KeepingAllocator* KeepingAllocator::instance = nullptr;

}  // namespace

// keepFreedMemory(): from now on. Never undone: tensors may outlive this library's use of them.
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
