#include "sim/report/screens/unrecorded.h"

#include "sim/report/screens/text_table.h"

namespace peeksim {

namespace {

// 1234567 is "1,234,567".
std::string grouped(Count count) {
  std::string digits = std::to_string(count);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, ",");
  return digits;
}

// "8.2 %" of all MACs of the network; "" when it is not known.
std::string share_text(const UnrecordedMacs& unrecorded, const Number& recorded) {
  if (!recorded) return "";
  const auto missing = static_cast<double>(unrecorded.macs);
  return fixed(100 * missing / (missing + *recorded), 1) + " %";
}

// Per image.
Number recorded_macs(const PricedResult& priced) {
  const Number all = priced.network.machine.number(&Counters::macs_total);
  const int images = priced.result.trace.images;
  return all && images > 0 ? Number(*all / images) : Number();
}

}  // namespace

std::string unrecorded_text(const UnrecordedMacs& unrecorded, const Number& recorded) {
  if (unrecorded.macs <= 0) return "";
  const std::string share = share_text(unrecorded, recorded);
  return grouped(unrecorded.macs) + " MACs per image of the network are not in this trace" +
         (unrecorded.names.empty() ? "" : " (" + unrecorded.names + ")") +
         (share.empty() ? "" : ", " + share + " of all");
}

std::string unrecorded_text(const PricedResult& priced) {
  return unrecorded_text(priced.result.trace.unrecorded, recorded_macs(priced));
}

std::string unrecorded_summary(const PricedResult& priced) {
  const UnrecordedMacs& unrecorded = priced.result.trace.unrecorded;
  if (unrecorded.macs <= 0) return "";
  const std::string share = share_text(unrecorded, recorded_macs(priced));
  return grouped(unrecorded.macs) + " MACs per image not in the trace" +
         (share.empty() ? "" : " (" + share + ")");
}

}  // namespace peeksim
