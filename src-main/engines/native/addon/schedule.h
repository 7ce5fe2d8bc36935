#pragma once

#include "plan.h"

namespace apical {

/// Decides how each instruction is partitioned among the threads of a network, where they wait for each other, and which
/// strips are computed in place or fused.
void schedule(Plan& plan);

}  // namespace apical
