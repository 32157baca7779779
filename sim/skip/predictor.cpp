#include "sim/skip/predictor.h"

#include "sim/base/lookup.h"
#include "sim/skip/policies/predictors.h"

namespace peeksim {

const std::vector<Predictor>& predictors() {
  static const std::vector<Predictor> table = {none_predictor, peek_predictor, oracle_predictor};
  return table;
}

const Predictor& find_predictor(const std::string& name) {
  return require_row(predictors(), name, "predictor", ErrorKind::config, "prediction.policy");
}

}  // namespace peeksim
