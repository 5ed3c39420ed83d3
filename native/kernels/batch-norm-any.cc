// The loops for any CPU.
#define MEANFIELD_LOOPS any_loops
#include "batch-norm-loops.h"
