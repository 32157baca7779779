// Quantities that would become larger than the simulator can count. The place that notices it need
// not know which layer it works on: it throws an Overflow, which becomes an Error further out.
#pragma once

#include <stdexcept>
#include <string>

#include "sim/base/error.h"
#include "sim/base/units.h"

namespace peeksim {

class Overflow : public std::overflow_error {
 public:
  using std::overflow_error::overflow_error;  // the text is the end of "layer 'conv1': ..."
};

// Throws Overflow naming `what` when the sum is above max_count.
inline void add_checked(Count& sum, Count value, const char* what) {
  if (__builtin_add_overflow(sum, value, &sum) || sum > max_count)
    throw Overflow(std::string(what) + " becomes larger than 2^58, the most that is counted");
}

// Returns what work() returns. Throws Error(machine) naming the layer for an Overflow in it.
template <class Work>
auto name_overflow(const std::string& layer, Work&& work) {
  try {
    return work();
  } catch (const Overflow& overflow) {
    throw Error(ErrorKind::machine, "layer '" + layer + "'", overflow.what(),
                "take fewer images, smaller layers or a faster machine");
  }
}

}  // namespace peeksim
