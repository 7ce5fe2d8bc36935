#pragma once

#include <cstddef>

namespace apical {

/// Zeroed memory for floats, aligned to a cache line and with room for a whole vector past its end.
class Memory {
 public:
  explicit Memory(size_t floats);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  float* at(size_t offset) { return data_ + offset; }

 private:
  float* data_ = nullptr;
};

}  // namespace apical
