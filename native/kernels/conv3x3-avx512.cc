// The loops for x86 CPUs with AVX-512.
#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,prefer-vector-width=512")
#define MEANFIELD_VECTOR_BYTES 64
#include "conv3x3-loops.h"

namespace meanfield::conv3x3 {
extern const Loops avx512_loops;
const Loops avx512_loops{Kernel<double>::all, Kernel<float>::all};
}  // namespace meanfield::conv3x3
#endif
