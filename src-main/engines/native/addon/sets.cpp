// Which instruction sets this build has, and which of them this processor runs.
#include "kernels.h"

namespace apical {

#define APICAL_DECLARE(name)     \
  namespace name {               \
  extern const Kernels kKernels; \
  }

#if defined(__x86_64__)
APICAL_DECLARE(avx512)
APICAL_DECLARE(avx2)
APICAL_DECLARE(sse2)
#elif defined(__aarch64__)
APICAL_DECLARE(neon)
#else
APICAL_DECLARE(plain)
#endif

const Kernels* const* availableKernels(int* count) {
  static const Kernels* found[3];
  static const int size = [] {
    int n = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
      found[n++] = &avx512::kKernels;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found[n++] = &avx2::kKernels;
    found[n++] = &sse2::kKernels;
#elif defined(__aarch64__)
    found[n++] = &neon::kKernels;
#else
    found[n++] = &plain::kKernels;
#endif
    return n;
  }();
  *count = size;
  return found;
}

}  // namespace apical
