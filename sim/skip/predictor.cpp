#include "sim/skip/predictor.h"

#include "sim/base/error.h"
#include "sim/base/suggest.h"
#include "sim/skip/policies/predictors.h"

namespace peeksim {

const std::vector<Predictor>& predictors() {
  static const std::vector<Predictor> table = {none_predictor, peek_predictor, oracle_predictor};
  return table;
}

const Predictor& find_predictor(const std::string& name) {
  std::vector<std::string> known;
  for (const Predictor& predictor : predictors()) {
    if (name == predictor.name) return predictor;
    known.push_back(predictor.name);
  }
  throw Error(ErrorKind::config, "prediction.policy", "unknown predictor '" + name + "'",
              suggest(name, known));
}

}  // namespace peeksim
