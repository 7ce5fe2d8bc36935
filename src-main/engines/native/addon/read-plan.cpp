#include "read-plan.h"

#include <map>
#include <string>

#include "js-values.h"

namespace apical {
namespace {

const std::map<std::string, Map>& maps() {
  static const std::map<std::string, Map> kMaps = {
      {"none", Map::none},
      {"hardSigmoid", Map::hardSigmoid},
      {"relu", Map::relu},
      {"sigmoid", Map::sigmoid},
      {"tanh", Map::tanh},
      {"exp", Map::exp},
      {"log", Map::log},
      {"sqrt", Map::sqrt},
      {"square", Map::square},
      {"absolute", Map::absolute},
      {"hardSigmoidSlope", Map::hardSigmoidSlope},
      {"reluSlope", Map::reluSlope},
      {"sigmoidSlope", Map::sigmoidSlope},
      {"tanhSlope", Map::tanhSlope},
      {"logit", Map::logit},
      {"artanh", Map::artanh},
      {"slopeOfSigmoid", Map::slopeOfSigmoid},
  };
  return kMaps;
}

[[noreturn]] void unknown(const Napi::Env& env, const std::string& what, const std::string& found) {
  throw Napi::Error::New(env, "The addon knows no " + what + " \"" + found + "\"; it was built from other sources.");
}

Map mapOf(const Napi::Object& object) {
  const std::string name = text(object, "map");
  const auto found = maps().find(name);
  if (found == maps().end()) unknown(object.Env(), "map", name);
  return found->second;
}

Coefficient coefficient(const Napi::Object& object, const char* key) {
  return list<Monomial>(object, key, [](const Napi::Object& m) {
    return Monomial{number(m, "factor"), list<ScalarAt>(m, "scalars", [](const Napi::Object& s) {
                      return ScalarAt{integer(s, "offset"), flag(s, "perIteration")};
                    })};
  });
}

Term term(const Napi::Object& o) { return {coefficient(o, "coefficient"), integer(o, "from")}; }

StripOperation stripOperation(const Napi::Object& o) {
  const std::string kind = text(o, "kind");
  StripOperation one;
  if (kind == "load") {
    one.kind = StripKind::load;
    one.to = integer(o, "to");
    one.buffer = integer(o, "buffer");
  } else if (kind == "store") {
    one.kind = StripKind::store;
    one.from = integer(o, "from");
    one.buffer = integer(o, "buffer");
  } else if (kind == "outer") {
    one.kind = StripKind::outer;
    one.to = integer(o, "to");
    one.left = integer(o, "left");
    one.right = integer(o, "right");
    one.mean = flag(o, "mean");
  } else if (kind == "sum") {
    one.kind = StripKind::sum;
    one.to = integer(o, "to");
    one.terms = list<Term>(o, "terms", term);
    one.constant = coefficient(o, "constant");
  } else if (kind == "multiply" || kind == "divide") {
    one.kind = kind == "multiply" ? StripKind::multiply : StripKind::divide;
    one.to = integer(o, "to");
    one.left = integer(o, "left");
    one.right = integer(o, "right");
  } else if (kind == "map") {
    one.kind = StripKind::map;
    one.to = integer(o, "to");
    one.from = integer(o, "from");
    one.map = mapOf(o);
  } else {
    unknown(o.Env(), "strip operation", kind);
  }
  return one;
}

Instruction instruction(const Napi::Object& o) {
  const std::string kind = text(o, "kind");
  Instruction in;
  if (kind == "input") {
    in.kind = Kind::input;
    in.labels = text(o, "name") == "y";
    in.to = integer(o, "to");
  } else if (kind == "fill") {
    in.kind = Kind::fill;
    in.to = integer(o, "to");
    in.number = static_cast<float>(number(o, "number"));
  } else if (kind == "copy" || kind == "transpose" || kind == "softmax") {
    in.kind = kind == "copy" ? Kind::copy : kind == "transpose" ? Kind::transpose : Kind::softmax;
    in.from = integer(o, "from");
    in.to = integer(o, "to");
  } else if (kind == "affine") {
    in.kind = Kind::affine;
    in.products = list<Product>(o, "products", [](const Napi::Object& p) {
      return Product{coefficient(p, "coefficient"), integer(p, "left"), integer(p, "right")};
    });
    in.streams = list<Term>(o, "streams", term);
    in.constant = coefficient(o, "constant");
    in.raw = integer(o, "raw");
    in.mapped = integer(o, "mapped");
    in.map = mapOf(o);
  } else if (kind == "chain") {
    in.kind = Kind::chain;
    in.registers = integer(o, "registers");
    in.operations = list<StripOperation>(o, "operations", stripOperation);
  } else if (kind == "product") {
    in.kind = Kind::product;
    in.left = integer(o, "left");
    in.right = integer(o, "right");
    in.transposeLeft = flag(o, "transposeLeft");
    in.transposeRight = flag(o, "transposeRight");
    in.mean = flag(o, "mean");
    in.to = integer(o, "to");
  } else if (kind == "reduce") {
    in.kind = Kind::reduce;
    const std::string over = text(o, "over");
    in.over = over == "rows" ? Over::rows : over == "columns" ? Over::columns : Over::all;
    in.mean = flag(o, "mean");
    in.from = integer(o, "from");
    in.to = integer(o, "to");
  } else if (kind == "measure") {
    in.kind = Kind::measure;
    in.measurement = integer(o, "measurement");
    in.from = integer(o, "from");
  } else if (kind == "count") {
    in.kind = Kind::count;
    in.from = integer(o, "from");
  } else if (kind == "repeat") {
    in.kind = Kind::repeat;
    in.count = integer(o, "count");
    in.body = list<Instruction>(o, "body", instruction);
    in.swaps = list<Instruction::Pair>(o, "swaps", [](const Napi::Object& p) {
      return Instruction::Pair{integer(p, "a"), integer(p, "b")};
    });
  } else {
    unknown(o.Env(), "instruction", kind);
  }
  return in;
}

}  // namespace

Plan readPlan(const Napi::Object& o) {
  Plan p;
  p.buffers = list<Buffer>(o, "buffers", [](const Napi::Object& b) {
    return Buffer{flag(b, "batch"), integer(b, "rows"), integer(b, "columns"), flag(b, "transposed"),
                  integer(b, "parameter")};
  });
  p.instructions = list<Instruction>(o, "instructions", instruction);
  p.scores = integer(o, "scores");
  return p;
}

}  // namespace apical
