#pragma once

#include <memory>
#include <vector>

#include "kernels.h"
#include "memory.h"
#include "plan.h"

namespace apical {

/// The values of one batch of one plan: memory for each buffer that is not a parameter.
class Workspace {
 public:
  /// @param plan outlives the workspace
  Workspace(const Kernels& kernels, const Plan& plan, int batch);
  const Plan& plan;
  const int batch;
  /// By buffer; null for a parameter.
  std::vector<float*> at;

 private:
  std::unique_ptr<Memory> memory_;
};

}  // namespace apical
