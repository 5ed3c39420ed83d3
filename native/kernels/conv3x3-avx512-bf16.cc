// The loops for x86 CPUs with dot products of bf16 pairs.
#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx512bf16,avx2,fma,prefer-vector-width=512")
#define MEANFIELD_VECTOR_BYTES 64
#define MEANFIELD_BF16
#include "conv3x3-loops.h"

namespace meanfield::conv3x3 {
extern const LoopsOf<uint16_t, float> avx512_bf16_loops;
const LoopsOf<uint16_t, float> avx512_bf16_loops = Kernel<uint16_t>::all;
}  // namespace meanfield::conv3x3
#endif
