// The loops for x86 CPUs with AVX2 and FMA.
#if defined(__x86_64__)
#pragma GCC target("avx2,fma")
#define MEANFIELD_VECTOR_BYTES 32
#define MEANFIELD_LOOPS avx2_loops
#include "bottleneck-loops.h"
#endif
