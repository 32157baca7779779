// The rows of the table of predictors, one .cpp each.
#pragma once

#include "sim/skip/predictor.h"

namespace peeksim {

extern const Predictor none_predictor;
extern const Predictor peek_predictor;
extern const Predictor oracle_predictor;
extern const Predictor mask_predictor;
extern const Predictor zap_predictor;
extern const Predictor lookahead_predictor;
extern const Predictor snapea_predictor;
extern const Predictor perforate_predictor;

}  // namespace peeksim
