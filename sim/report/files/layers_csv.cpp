#include "sim/report/files/layers_csv.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "sim/cost/energy.h"
#include "sim/report/files/csv.h"
#include "sim/run/result_fields.h"

namespace peeksim {

namespace {

struct Cell {
  std::string column;
  std::string text;
};

// The shortest text that reads back as the same number; "" when it is not known.
std::string text_of(const Number& number) {
  return number ? nlohmann::json(*number).dump() : "";
}

// Adds the fields of a result that have a column to a row.
class RowWriter {
 public:
  // pair: the layer's counters, priced.
  RowWriter(std::vector<Cell>& row, const PricedPair& pair, const std::string& energy_unit)
      : row_(row), pair_(pair), energy_unit_(energy_unit) {}

  void operator()(const ResultField& field, const std::string& text) { add(field, csv_cell(text)); }
  void operator()(const ResultField& field, int number) { add(field, std::to_string(number)); }
  void operator()(const ResultField& field, bool truth) { add(field, truth ? "1" : "0"); }
  void operator()(const ResultField& field, const Derived& size) {
    add(field, std::to_string(size.value()));
  }
  template <class Of>
  void operator()(const ResultField& field, const Word<Of>& word) {
    add(field, word.spell(word.of));
  }
  void operator()(const ResultField&, const std::vector<const int*>&) {}  // a list has no column
  void operator()(const ResultField&, const Shape<const Layer>& shape) {
    shape_fields(shape.layer, *this);
  }
  void operator()(const ResultField&, const Layer& layer) { layer_fields(layer, *this); }
  void operator()(const ResultField&, const TraceLoop& loop) { loop_fields(loop, *this); }
  void operator()(const ResultField&, const UnrecordedMacs&) {}  // of the network, not of a layer
  void operator()(const ResultField&, const CounterPair&) {
    add("mac_reduction", pair_.mac_reduction);
    add("speed_up", pair_.speed_up);
    add("energy_ratio", pair_.energy_ratio);
    row_.push_back({"energy_unit", energy_unit_});
    add("utilisation", pair_.machine.utilisation);
    add("false_zero_share", pair_.false_zero_share);
    add_side("", pair_.machine);
    add_side("dense_", pair_.dense);
  }

 private:
  void add(const ResultField& field, const std::string& text) {
    if (field.column != nullptr) row_.push_back({field.column, text});
  }
  void add(const std::string& column, const Number& number) {
    row_.push_back({column, text_of(number)});
  }
  void add_side(const std::string& prefix, const PricedCounters& side) {
    for (const CounterRow& counter : counter_rows) {
      const std::optional<Count> count = side.count(counter.value);
      row_.push_back({prefix + counter.name, count ? std::to_string(*count) : ""});
    }
    for (std::size_t i = 0; i < side.energy.size(); ++i)
      add(prefix + "energy_" + energy_components()[i].name, side.energy[i]);
    add(prefix + "energy_total", side.total_energy);
  }

  std::vector<Cell>& row_;
  const PricedPair& pair_;
  const std::string& energy_unit_;
};

std::string line(const std::vector<Cell>& row,
                 const std::function<std::string(const Cell&)>& text) {
  std::string out;
  for (const Cell& cell : row) out += (out.empty() ? "" : ",") + text(cell);
  return out + "\n";
}

}  // namespace

std::string layers_csv(const PricedResult& priced) {
  std::string out;
  for (std::size_t i = 0; i < priced.layers.size(); ++i) {
    std::vector<Cell> row;
    RowWriter writer(row, priced.layers[i], priced.unit);
    trace_fields(priced.result.trace, writer);
    layer_result_fields(priced.result.layers[i], writer);
    if (out.empty()) out = line(row, [](const Cell& cell) { return cell.column; });
    out += line(row, [](const Cell& cell) { return cell.text; });
  }
  return out;
}

}  // namespace peeksim
