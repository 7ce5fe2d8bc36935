#pragma once

#include <cstdint>
#include <vector>

namespace apical {

/// Samples as bytes with the value of each byte per channel, or as numbers already scaled.
struct Samples {
  int count = 0;
  int features = 0;
  std::vector<uint8_t> pixels;
  std::vector<uint16_t> labels;
  /// [channel][byte], each rounded once.
  std::vector<float> values;
  /// Instead of bytes, where a set has none.
  std::vector<float> scaled;
  int channels = 1;
};

}  // namespace apical
