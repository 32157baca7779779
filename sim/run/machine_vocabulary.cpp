#include "sim/run/machine_vocabulary.h"

#include "sim/schedule/dispatch.h"
#include "sim/skip/predictor.h"

namespace peeksim {

Vocabulary vocabulary() {
  Vocabulary words;
  for (const Predictor& predictor : predictors())
    words["prediction.policy"].push_back({predictor.name, predictor.meaning, predictor.parameters});
  for (const Dispatch& dispatch : dispatch_policies())
    words["array.dispatch"].push_back(
        {dispatch.name, dispatch.meaning, dispatch.parameters, dispatch.reads_per_row});
  return words;
}

}  // namespace peeksim
