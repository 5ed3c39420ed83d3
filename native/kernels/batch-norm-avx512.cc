// The loops for x86 CPUs with AVX-512.
#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,prefer-vector-width=512")
#define MEANFIELD_VECTOR_BYTES 64
#define MEANFIELD_LOOPS avx512_loops
#include "batch-norm-loops.h"
#endif
