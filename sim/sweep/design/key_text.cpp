#include "sim/sweep/design/key_text.h"

#include <charconv>
#include <cmath>

#include "sim/base/suggest.h"
#include "sim/config/parameter_keys.h"

namespace peeksim {

MachineKey require_machine_key(const std::string& path, const Value& where,
                               const Vocabulary& vocabulary) {
  if (const std::optional<MachineKey> key = find_machine_key(path, vocabulary)) return *key;
  std::vector<std::string> known, same_leaf;
  for (const MachineKey& key : machine_keys(vocabulary)) {
    known.push_back(key.path);
    const std::size_t dot = key.path.rfind('.');
    if (dot != std::string::npos && key.path.substr(dot + 1) == path.substr(path.rfind('.') + 1))
      same_leaf.push_back(key.path);
  }
  const std::string near = nearest_name(path, known);
  where.fail("'" + path + "' is no key of a machine",
             !near.empty()           ? "did you mean '" + near + "'?"
             : same_leaf.size() == 1 ? "did you mean '" + same_leaf[0] + "'?"
                                     : "'peeksim config reference' lists them; a name of your own "
                                       "needs zip: or overlays:");
}

Value number_value(double number, const Location& where) {
  char text[64];
  const bool whole = number == std::floor(number) && std::fabs(number) < 1e15;
  const auto end =
      whole ? std::to_chars(text, text + sizeof text, std::llround(number))
            : std::to_chars(text, text + sizeof text, number, std::chars_format::general, 12);
  return Value::scalar(std::string(text, end.ptr), where);
}

}  // namespace peeksim
