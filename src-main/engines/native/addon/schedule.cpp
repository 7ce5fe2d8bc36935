#include "schedule.h"

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
/// others, instead of all of it for some samples: it is read from beyond the L2 cache in every iteration.
constexpr size_t kLarge = size_t{2} << 20;

Partition affinePartition(const Plan& plan, const Instruction& in) {
  Partition d;
  if (!plan.buffers[in.raw >= 0 ? in.raw : in.mapped].batch) return d;
  d.by = Partition::By::rows;
  for (const Product& p : in.products) {
    const Buffer& right = plan.buffers[p.right];
    if (static_cast<size_t>(right.rows) * right.columns * sizeof(float) >= kLarge) d.by = Partition::By::columns;
  }
  return d;
}

Partition partitionOf(const Plan& plan, const Instruction& in) {
  const auto rows = [](bool batch) {
    Partition d;
    d.by = batch ? Partition::By::rows : Partition::By::first;
    return d;
  };
  switch (in.kind) {
    case Kind::input:
      return rows(true);
    case Kind::fill:
    case Kind::copy:
      return rows(plan.buffers[in.to].batch);
    case Kind::affine:
      return affinePartition(plan, in);
    case Kind::softmax:
      return rows(plan.buffers[in.from].batch);
    case Kind::reduce:
      return rows(plan.buffers[in.from].batch && in.over == Over::columns);
    case Kind::measure:
    case Kind::count:
      return rows(plan.buffers[in.from].batch);
    case Kind::chain: {
      const Buffer& shape = shapeOf(plan, in);
      Partition d = rows(true);
      if (!shape.batch) {
        d.by = Partition::By::strips;
        d.rows = shape.storedRows();
        d.columns = shape.storedColumns();
      }
      d.flat = true;
      for (const StripOperation& one : in.operations) {
        if (one.kind == StripKind::outer) d.flat = false;
        if (one.kind != StripKind::load) continue;
        const Buffer& b = plan.buffers[one.buffer];
        if (!b.sameShape(shape) && (b.batch || b.rows * b.columns != 1)) d.flat = false;
      }
      return d;
    }
    case Kind::repeat: {
      for (const Instruction& inside : in.body)
        if (inside.partition.by != Partition::By::rows) return rows(false);
      return rows(true);
    }
    case Kind::transpose:
    case Kind::product:
      return rows(false);
  }
  return rows(false);
}

bool reads(const StripOperation& one, int reg) {
  if (one.kind == StripKind::load || one.kind == StripKind::outer) return false;
  if (one.left == reg || one.right == reg || one.from == reg) return true;
  return std::any_of(one.terms.begin(), one.terms.end(), [&](const Term& t) { return t.from == reg; });
}

/// The operation that makes a register, where one other reads it and it is of that kind; else the end.
std::vector<StripOperation>::iterator onlyFor(std::vector<StripOperation>& list, int reg, StripKind kind) {
  const auto readers = std::count_if(list.begin(), list.end(), [&](const StripOperation& one) {
    return reads(one, reg) || (one.kind == StripKind::store && one.from == reg);
  });
  if (readers != 1) return list.end();
  return std::find_if(list.begin(), list.end(), [&](const StripOperation& one) { return one.to == reg && one.kind == kind; });
}

/// Adam's second moment and its step: a square, a root and what is added to it each made a pass over the strip.
void fuseRoots(Instruction& chain) {
  auto& list = chain.operations;
  for (size_t i = 0; i < list.size(); i++) {
    StripOperation one = list[i];
    std::vector<int> gone;
    if (one.kind == StripKind::sum && one.terms.size() == 2) {
      const auto square = onlyFor(list, one.terms[1].from, StripKind::map);
      if (square == list.end() || square->map != Map::square || one.terms[0].from == square->to) continue;
      one.kind = StripKind::sumSquare;
      one.terms[1].from = square->from;
      gone = {square->to};
    } else if (one.kind == StripKind::divide) {
      const auto sum = onlyFor(list, one.right, StripKind::sum);
      if (sum == list.end() || sum->terms.size() != 1 || one.left == one.right) continue;
      const auto root = onlyFor(list, sum->terms[0].from, StripKind::map);
      if (root == list.end() || root->map != Map::sqrt) continue;
      one.kind = StripKind::divideRoot;
      one.right = -1;
      one.terms = sum->terms;
      one.terms[0].from = root->from;
      one.constant = sum->constant;
      gone = {sum->to, root->to};
    }
    if (gone.empty()) continue;
    list[i] = one;
    list.erase(std::remove_if(list.begin(), list.end(),
                              [&](const StripOperation& old) {
                                return old.kind != StripKind::store && std::count(gone.begin(), gone.end(), old.to) > 0;
                              }),
               list.end());
    i -= gone.size();
  }
}

/// Has a strip's result computed in the memory that it is stored to, where that may be overwritten by then.
void makeDirect(Instruction& chain) {
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
}

/// Adam's step in one pass: its moments and the weights come from beyond the caches, and wait for less that way.
void fuseAdam(const Plan& plan, Instruction& chain) {
  auto& list = chain.operations;
  const Buffer& shape = shapeOf(plan, chain);
  const auto next = [&](std::vector<StripOperation>::iterator from) {
    return std::find_if(from, list.end(), [&](const StripOperation& one) {
      return one.kind != StripKind::load || !plan.buffers[one.buffer].sameShape(shape);
    });
  };
  const auto isSum = [](const StripOperation& one, StripKind kind) {
    return one.kind == kind && one.terms.size() == 2 && one.direct >= 0;
  };
  for (auto first = list.begin(); first != list.end(); ++first) {
    if (!isSum(*first, StripKind::sum)) continue;
    const auto second = next(first + 1);
    if (second == list.end() || !isSum(*second, StripKind::sumSquare)) continue;
    const auto step = next(second + 1);
    if (step == list.end() || step->kind != StripKind::divideRoot || step->direct >= 0) continue;
    const auto moved = next(step + 1);
    if (moved == list.end() || !isSum(*moved, StripKind::sum) || onlyFor(list, step->to, step->kind) != step) continue;
    if (moved->terms[0].from == step->to) std::swap(moved->terms[0], moved->terms[1]);
    if (first->terms[1].from != second->terms[1].from || step->left != first->to || step->terms[0].from != second->to ||
        moved->terms[1].from != step->to || moved->terms[0].from == step->to)
      continue;
    // Loads of this shape are the memory itself, wherever they stand.
    first->kind = StripKind::adam;
    std::stable_partition(first, moved + 1, [](const StripOperation& one) { return one.kind == StripKind::load; });
  }
}

/// The update of most weights: an outer product is added to them in the registers that it was computed in.
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

/// The matrix whose next strip is prefetched: the only one loaded. With several at once the hardware prefetcher does
/// better.
int prefetchedBy(const Plan& plan, const Instruction& chain) {
  const Buffer& shape = shapeOf(plan, chain);
  int found = -1;
  for (const StripOperation& one : chain.operations) {
    if (one.kind != StripKind::load || !plan.buffers[one.buffer].sameShape(shape) || shape.batch) continue;
    if (found >= 0) return -1;
    found = one.buffer;
  }
  return found;
}

void scheduleList(Plan& plan, std::vector<Instruction>& list) {
  for (Instruction& in : list) {
    if (in.kind == Kind::repeat) scheduleList(plan, in.body);
    in.partition = partitionOf(plan, in);
    if (in.kind == Kind::chain) {
      // First: what they read, they read later than what they replace.
      fuseRoots(in);
      makeDirect(in);
      fuseAdam(plan, in);
      fuseOuter(in);
      in.prefetched = prefetchedBy(plan, in);
    }
  }
  bool wait = false;
  const Instruction* before = nullptr;
  for (Instruction& in : list) {
    // A repeat that is not all of samples has waits of its own inside.
    wait = before != nullptr && !before->partition.feedsOwnThread(in.partition);
    if (before != nullptr && before->partition.by == Partition::By::first && in.partition.by == Partition::By::first)
      wait = before->kind == Kind::repeat || in.kind == Kind::repeat;
    in.barrier = wait;
    before = &in;
  }
}

void waitEverywhere(std::vector<Instruction>& list) {
  for (Instruction& in : list) {
    if (in.kind != Kind::repeat) continue;
    if (in.partition.by == Partition::By::rows) continue;
    for (Instruction& inside : in.body) inside.barrier = true;
  }
}

}  // namespace

void schedule(Plan& plan) {
  scheduleList(plan, plan.instructions);
  waitEverywhere(plan.instructions);
}

}  // namespace apical
