// PEEKSIM_VECTORS: a function compiled again for processors with wider vectors (AVX2, AVX-512), of
// which the program takes the widest it can. For loops over contiguous numbers; what they call must
// be inlined to be a part of the copies. Results are the same: no product is fused with its
// addition.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__)
#define PEEKSIM_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PEEKSIM_VECTORS
#endif
