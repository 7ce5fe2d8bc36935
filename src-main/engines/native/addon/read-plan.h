#pragma once

#include <napi.h>

#include "plan.h"

namespace apical {

/// A `Lowered` of lowering/plan.ts. Throws a JavaScript error for a kind that the addon does not know.
Plan readPlan(const Napi::Object& lowered);

}  // namespace apical
