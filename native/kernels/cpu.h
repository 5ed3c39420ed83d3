// Selects the loops for this CPU. MEANFIELD_CPU=any|avx2|avx512 selects lesser ones, for tests.
#pragma once

#include <cstdlib>
#include <string>

namespace meanfield {

enum class Cpu { kAny, kAvx2, kAvx512 };

inline Cpu cpu_kind() {
  static const Cpu kind = [] {
#if defined(__x86_64__)
    const char* forced = std::getenv("MEANFIELD_CPU");
    const std::string wanted = forced ? forced : "";
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    if (wanted == "any" || !avx2) return Cpu::kAny;
    return wanted == "avx2" || !avx512 ? Cpu::kAvx2 : Cpu::kAvx512;
#else
    return Cpu::kAny;
#endif
  }();
  return kind;
}

// The loops compiled for this CPU.
template <typename L>
const L& for_cpu(const L& any, const L& avx2, const L& avx512) {
  if (cpu_kind() == Cpu::kAvx512) return avx512;
  return cpu_kind() == Cpu::kAvx2 ? avx2 : any;
}

// Whether the CPU has dot products of bf16 pairs with f32 sums. MEANFIELD_CPU=avx512 disables them.
inline bool cpu_multiplies_bf16() {
#if defined(__x86_64__)
  static const bool pairs = cpu_kind() == Cpu::kAvx512 && !std::getenv("MEANFIELD_CPU") && __builtin_cpu_supports("avx512bf16");
  return pairs;
#else
  return false;
#endif
}

}  // namespace meanfield
