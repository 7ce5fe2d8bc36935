#include "plan.h"

#include <algorithm>

namespace apical {
namespace {

/// The buffer whose shape a chain has: any that it stores.
const Buffer& shapeOf(const Plan& plan, const Instruction& chain) {
  for (const StripOperation& one : chain.operations) {
    if (one.direct >= 0) return plan.buffers[one.direct];
    if (one.kind == StripKind::store) return plan.buffers[one.buffer];
  }
  return plan.buffers[chain.operations.front().buffer];
}

/// Bytes of a matrix from which it pays that each thread reads some of its columns for all samples, and waits for the
/// others, instead of all of it for some samples: it comes from beyond the second cache in every iteration.
constexpr size_t kLarge = size_t{2} << 20;

Division affineDivision(const Plan& plan, const Instruction& in) {
  Division d;
  if (!plan.buffers[in.raw >= 0 ? in.raw : in.mapped].batch) return d;
  d.by = Division::By::rows;
  for (const Product& p : in.products) {
    const Buffer& right = plan.buffers[p.right];
    if (static_cast<size_t>(right.rows) * right.columns * sizeof(float) >= kLarge) d.by = Division::By::columns;
  }
  return d;
}

Division divisionOf(const Plan& plan, const Instruction& in) {
  const auto rows = [](bool batch) {
    Division d;
    d.by = batch ? Division::By::rows : Division::By::first;
    return d;
  };
  switch (in.kind) {
    case Kind::input:
      return rows(true);
    case Kind::fill:
    case Kind::copy:
      return rows(plan.buffers[in.to].batch);
    case Kind::affine:
      return affineDivision(plan, in);
    case Kind::softmax:
      return rows(plan.buffers[in.from].batch);
    case Kind::reduce:
      return rows(plan.buffers[in.from].batch && in.over == Over::columns);
    case Kind::measure:
      return rows(plan.buffers[in.from].batch);
    case Kind::chain: {
      const Buffer& shape = shapeOf(plan, in);
      if (shape.batch) return rows(true);
      Division d;
      d.by = Division::By::strips;
      d.rows = shape.storedRows();
      d.columns = shape.storedColumns();
      d.flat = true;
      for (const StripOperation& one : in.operations) {
        if (one.kind == StripKind::outer) d.flat = false;
        if (one.kind != StripKind::load) continue;
        const Buffer& b = plan.buffers[one.buffer];
        if ((b.rows != shape.rows || b.columns != shape.columns) && b.rows * b.columns != 1) d.flat = false;
      }
      return d;
    }
    case Kind::repeat: {
      for (const Instruction& inside : in.body)
        if (inside.division.by != Division::By::rows) return rows(false);
      return rows(true);
    }
    case Kind::transpose:
    case Kind::product:
      return rows(false);
  }
  return rows(false);
}

/// Where a strip's result may be made in the memory that it is stored to.
void makeDirect(const Plan& plan, Instruction& chain) {
  auto& list = chain.operations;
  for (size_t s = 0; s < list.size(); s++) {
    if (list[s].kind != StripKind::store) continue;
    const auto maker = std::find_if(list.begin(), list.end(), [&](const StripOperation& one) {
      return one.kind != StripKind::store && one.to == list[s].from;
    });
    if (maker == list.end() || maker->kind == StripKind::load || maker->direct >= 0) continue;
    // Registers that are the memory itself must have been read for the last time.
    bool free = true;
    for (const StripOperation& load : list) {
      if (load.kind != StripKind::load || load.buffer != list[s].buffer) continue;
      for (auto later = maker + 1; later != list.end(); ++later) {
        if (later->left == load.to || later->right == load.to || (later->kind != StripKind::load && later->from == load.to))
          free = false;
        for (const Term& term : later->terms) free = free && term.from != load.to;
      }
    }
    if (!free) continue;
    maker->direct = list[s].buffer;
    list.erase(list.begin() + static_cast<ptrdiff_t>(s));
    s--;
  }
  (void)plan;
}

bool reads(const StripOperation& one, int reg) {
  if (one.kind == StripKind::load || one.kind == StripKind::outer) return false;
  if (one.left == reg || one.right == reg || one.from == reg) return true;
  return std::any_of(one.terms.begin(), one.terms.end(), [&](const Term& t) { return t.from == reg; });
}

/// What becomes of most weights: an outer product is added to them in the registers that it was made in.
void fuseOuter(Instruction& chain) {
  auto& list = chain.operations;
  for (size_t o = 0; o < list.size(); o++) {
    if (list[o].kind != StripKind::outer || list[o].direct >= 0) continue;
    const int made = list[o].to;
    const auto readBy = [&](const StripOperation& one) { return reads(one, made); };
    if (std::count_if(list.begin(), list.end(), readBy) != 1) continue;
    StripOperation& sum = *std::find_if(list.begin(), list.end(), readBy);
    if (sum.kind != StripKind::sum || sum.terms.size() != 2 || sum.terms[0].from == sum.terms[1].from) continue;
    if (sum.terms[0].from == made) std::swap(sum.terms[0], sum.terms[1]);
    sum.kind = StripKind::outerSum;
    sum.left = list[o].left;
    sum.right = list[o].right;
    sum.mean = list[o].mean;
    list.erase(list.begin() + static_cast<ptrdiff_t>(o));
    o--;
  }
}

/// The matrix whose next strip is fetched ahead: the only one loaded. Of several at once the processor's own fetching
/// does better.
int fetchedBy(const Plan& plan, const Instruction& chain) {
  const Buffer& shape = shapeOf(plan, chain);
  int found = -1;
  for (const StripOperation& one : chain.operations) {
    if (one.kind != StripKind::load || !plan.buffers[one.buffer].sameShape(shape) || shape.batch) continue;
    if (found >= 0) return -1;
    found = one.buffer;
  }
  return found;
}

void settleList(Plan& plan, std::vector<Instruction>& list) {
  for (Instruction& in : list) {
    if (in.kind == Kind::repeat) settleList(plan, in.body);
    in.division = divisionOf(plan, in);
    if (in.kind == Kind::chain) {
      makeDirect(plan, in);
      fuseOuter(in);
      in.fetched = fetchedBy(plan, in);
    }
  }
  bool wait = false;
  const Instruction* before = nullptr;
  for (Instruction& in : list) {
    // A repeat that is not all of samples has waits of its own inside.
    wait = before != nullptr && !before->division.ownsWhatNext(in.division);
    if (before != nullptr && before->division.by == Division::By::first && in.division.by == Division::By::first)
      wait = before->kind == Kind::repeat || in.kind == Kind::repeat;
    in.barrier = wait;
    before = &in;
  }
}

void waitEverywhere(std::vector<Instruction>& list) {
  for (Instruction& in : list) {
    if (in.kind != Kind::repeat) continue;
    if (in.division.by == Division::By::rows) continue;
    for (Instruction& inside : in.body) inside.barrier = true;
  }
}

}  // namespace

void settle(Plan& plan) {
  settleList(plan, plan.instructions);
  waitEverywhere(plan.instructions);
}

}  // namespace apical
