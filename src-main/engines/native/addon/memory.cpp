#include "memory.h"

#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace apical {

Memory::Memory(size_t floats) {
  constexpr size_t kAlign = 64;
  constexpr size_t kHuge = size_t{2} << 20;
  const size_t bytes = (floats + 64) * sizeof(float);
  const size_t align = bytes >= kHuge / 2 ? kHuge : kAlign;
  const size_t rounded = (bytes + align - 1) / align * align;
#if defined(_WIN32)
  data_ = static_cast<float*>(_aligned_malloc(rounded, align));
#else
  data_ = static_cast<float*>(std::aligned_alloc(align, rounded));
#endif
  if (data_ == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  // Huge pages: a panel of weights is read end to end forty times per batch.
  if (align == kHuge) madvise(data_, rounded, MADV_HUGEPAGE);
#endif
  std::memset(data_, 0, rounded);
}

Memory::~Memory() {
#if defined(_WIN32)
  _aligned_free(data_);
#else
  std::free(data_);
#endif
}

}  // namespace apical
