#include "workspace.h"

#include "layout.h"

namespace apical {

Workspace::Workspace(const Kernels& kernels, const Plan& plan, int batch) : plan(plan), batch(batch) {
  size_t total = 0;
  std::vector<size_t> offsets;
  for (const Buffer& b : plan.buffers) {
    offsets.push_back(total);
    if (b.parameter >= 0) continue;
    total += spaced(b.batch ? static_cast<size_t>(batch) * rowStride(kernels, b)
                            : panelLayout(kernels, b.rows, b.columns, b.transposed).size());
  }
  memory_ = std::make_unique<Memory>(total);
  for (size_t i = 0; i < offsets.size(); i++)
    at.push_back(plan.buffers[i].parameter >= 0 ? nullptr : memory_->at(offsets[i]));
}

}  // namespace apical
