// Builds rows of the table of machine-file keys: one function per type of value, which takes the
// field of MachineSpec that the key sets.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/lookup.h"
#include "sim/config/machine_keys.h"
#include "sim/config/ports.h"
#include "sim/config/prediction_values.h"

namespace peeksim::key {

constexpr Bytes max_buffer_bytes = Bytes{1} << 40;
constexpr int max_port_width = 1 << 24;
constexpr Cycle max_latency = 1000000;

// Where a row's value lives in the machine; works for reading and for writing.
template <class T>
auto at(T MachineSpec::*field) {
  return [=](auto& machine) -> auto& {
    return machine.*field;
  };
}
template <class Group, class T>
auto at(Group MachineSpec::*group, T Group::*field) {
  return [=](auto& machine) -> auto& {
    return machine.*group.*field;
  };
}

inline std::string from_to(std::int64_t min, std::int64_t max) {
  return std::to_string(min) + " to " + std::to_string(max);
}

template <class At>
MachineKey integer(const char* path, const char* unit, std::int64_t min, std::int64_t max, At field,
                   const char* meaning) {
  return {
      path,
      "integer",
      unit,
      from_to(min, max),
      meaning,
      {},
      [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
        using Field = std::decay_t<decltype(field(machine))>;
        field(machine) = static_cast<Field>(value.integer(min, max));
      },
      [=](const MachineSpec& machine) { return Value::scalar(std::to_string(field(machine))); }};
}

// The read width of a buffer.
template <class At>
MachineKey port(const char* path, At field, const char* meaning) {
  MachineKey key =
      integer(path, "elements per cycle, 0: unlimited", 0, max_port_width, field, meaning);
  key.type = "integer or auto";
  key.read = [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
    field(machine) = value.is_scalar() && value.text() == "auto"
                         ? auto_width
                         : static_cast<int>(value.integer(0, max_port_width));
  };
  return key;
}

template <class At>
MachineKey bytes(const char* path, Bytes min, At field, const char* meaning) {
  return {
      path,
      "size",
      "bytes, or KiB, MiB, GiB",
      from_to(min, max_buffer_bytes),
      meaning,
      {},
      [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
        field(machine) = value.bytes(min, max_buffer_bytes);
      },
      [=](const MachineSpec& machine) { return Value::scalar(std::to_string(field(machine))); }};
}

// The width of an element. Machines are shown with whole bytes where that is possible, as all once
// were.
template <class At>
MachineKey width(const char* path, At field, const char* meaning) {
  MachineKey key = integer(path, "bits", 4, 32, field, meaning);
  key.range = "4, 8, 12, 16 or 32";
  key.read = [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
    const std::int64_t bits = value.integer(4, 32);
    if (bits != 4 && bits != 8 && bits != 12 && bits != 16 && bits != 32)
      value.fail("expected 4, 8, 12, 16 or 32 bits, found " + value.text());
    field(machine) = static_cast<int>(bits);
  };
  key.shown = [=](const MachineSpec& machine) { return field(machine) % 8 != 0; };
  return key;
}

// The same width in bytes.
template <class At>
MachineKey width_in_bytes(const char* path, const char* same_as, At bits) {
  MachineKey key = integer(path, "bytes", 1, 4, bits, "");
  key.meaning = "The same in bytes; the one of both that is given last counts";
  key.range = "1, 2 or 4";
  key.read = [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
    const std::int64_t bytes = value.integer(1, 4);
    if (bytes == 3)
      value.fail("expected 1, 2 or 4 bytes, found 3",
                 std::string("other widths are set in bits, with ") + same_as);
    bits(machine) = static_cast<int>(8 * bytes);
  };
  key.show = [=](const MachineSpec& machine) { return show_number(bits(machine) / 8.0); };
  key.same_as = same_as;
  key.shown = [=](const MachineSpec& machine) { return bits(machine) % 8 == 0; };
  return key;
}

// A number with at most one decimal, of which the machine holds the tenfold.
template <class At>
MachineKey tenths(const char* path, const char* unit, int max, At tenfold, const char* meaning) {
  const double most = max;
  MachineKey key = number(path, unit, 0.1, most, "", tenfold, meaning);
  key.range = "0.1 to " + std::to_string(max) + ", at most one decimal";
  key.read = [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
    const double number = value.number();
    const double ten = std::round(10 * number);
    // Decimal texts like 0.1 are no binary fractions: the nearest tenth has to be the same number.
    if (!(number >= 0.1 && number <= most) || ten / 10 != number)
      value.fail("expected a number from 0.1 to " + std::to_string(max) +
                 " with at most one decimal, found " + value.text());
    tenfold(machine) = static_cast<Bytes>(ten);
  };
  key.show = [=](const MachineSpec& machine) {
    return show_number(static_cast<double>(tenfold(machine)) / 10);
  };
  return key;
}

template <class At>
MachineKey flag(const char* path, At field, const char* meaning) {
  return {
      path,
      "boolean",
      "",
      "true or false",
      meaning,
      {},
      [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
        field(machine) = value.boolean();
      },
      [=](const MachineSpec& machine) { return Value::scalar(field(machine) ? "true" : "false"); }};
}

// Any text but an empty one.
template <class At>
MachineKey text(const char* path, At field, const char* meaning) {
  return {path,
          "text",
          "",
          "not empty",
          meaning,
          {},
          [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
            if (value.text().empty()) value.fail("expected a text, found an empty one");
            field(machine) = value.text();
          },
          [=](const MachineSpec& machine) { return show_text(field(machine)); }};
}

// A name from `choices` or, when those are empty, from the vocabulary under the key's path.
template <class At>
MachineKey name(const char* path, std::vector<Choice> choices, At field, const char* meaning) {
  const MachineKey row{path, "name", "", "see below", meaning, std::move(choices), {}, {}};
  MachineKey key = row;
  key.read = [=](const Value& value, const Vocabulary& vocabulary, MachineSpec& machine) {
    const std::vector<std::string> known = row_names(choices_of(row, vocabulary));
    field(machine) = known.empty() ? value.text() : value.one_of(known);
  };
  key.show = [=](const MachineSpec& machine) { return show_text(field(machine)); };
  return key;
}

template <class At>
MachineKey number(const char* path, const char* unit, double min, double max, const char* range,
                  At field, const char* meaning) {
  return {path,
          "number",
          unit,
          range,
          meaning,
          {},
          [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
            const double number = value.number();
            if (number < min || number > max) {
              value.fail(std::string("expected a number ") + range + ", found " + value.text());
            }
            field(machine) = number;
          },
          [=](const MachineSpec& machine) { return show_number(field(machine)); }};
}

// A value with a reader and a writer of its own.
template <class At, class Read, class Show>
MachineKey custom(const char* path, const char* type, const char* unit, const char* range,
                  Read reader, Show writer, At field, const char* meaning) {
  return {path,
          type,
          unit,
          range,
          meaning,
          {},
          [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
            field(machine) = reader(value);
          },
          [=](const MachineSpec& machine) { return writer(field(machine)); }};
}

}  // namespace peeksim::key
