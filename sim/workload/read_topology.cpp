// The dialects in circulation differ in trailing commas, margins, line ends, titles, empty and
// commented rows, and in the columns after the last known one: those that change a layer are read
// or refused, notes and ofmap sizes are skipped.
#include "sim/workload/read_topology.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/text_file.h"
#include "sim/base/utf8.h"
#include "sim/config/value.h"

namespace peeksim {

namespace {

constexpr int max_size = 1 << 24;

struct Row {
  Location where;
  std::vector<std::string> cells;
};

std::string trimmed(const std::string& text) {
  const char* const blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// A byte-order mark and no-break spaces, in UTF-8, are blanks that nobody sees.
std::string with_plain_blanks(std::string text) {
  for (const std::string blank : {"\xef\xbb\xbf", "\xc2\xa0"})
    for (std::size_t at = 0; (at = text.find(blank, at)) != std::string::npos;)
      text.replace(at, blank.size(), " ");
  return text;
}

// Rows with a name or a size (notes further right do not count), cells without their margins; a row
// that begins with # is a comment.
std::vector<Row> read_rows(const std::string& path) {
  std::istringstream file(with_plain_blanks(read_text_file(path)));
  std::vector<Row> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    Row row{{path, number, ""}, {}};
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t comma = std::min(line.find(',', begin), line.size());
      row.cells.push_back(trimmed(line.substr(begin, comma - begin)));
      begin = comma + 1;
    }
    if (row.cells[0].rfind('#', 0) == 0) continue;
    const bool has_size = row.cells.size() > 1 && !row.cells[1].empty();
    if (has_size || !row.cells[0].empty()) rows.push_back(std::move(row));
  }
  return rows;
}

bool column_starts_with(const Row& header, std::size_t column, const std::string& prefix) {
  return column < header.cells.size() && lower_case(header.cells[column]).rfind(prefix, 0) == 0;
}

// The integer in a column; `names` are what the columns of the dialect mean.
int cell(const Row& row, const std::vector<const char*>& names, std::size_t column) {
  const Location where{row.where.file, row.where.line, names[column]};
  const std::string text = column < row.cells.size() ? row.cells[column] : "";
  return static_cast<int>(Value::scalar(text, where).integer(1, max_size));
}

// The columns after the sizes that change a layer, where the header has them.
struct MoreColumns {
  std::vector<std::size_t> paddings;  // one for all sides, or height and width
  std::optional<std::size_t> depthwise, batch, sparsity;
};

MoreColumns more_columns(const Row& header, std::size_t first) {
  MoreColumns columns;
  for (std::size_t i = first; i < header.cells.size(); ++i) {
    if (column_starts_with(header, i, "pad")) columns.paddings.push_back(i);
    if (column_starts_with(header, i, "depthwise")) columns.depthwise = i;
    if (column_starts_with(header, i, "batch")) columns.batch = i;
    if (column_starts_with(header, i, "sparsity")) columns.sparsity = i;
  }
  return columns;
}

std::string cell_text(const Row& row, std::optional<std::size_t> column) {
  return column && *column < row.cells.size() ? lower_case(row.cells[*column]) : "";
}

[[noreturn]] void refuse(const Row& row, const std::string& what, const std::string& remedy) {
  throw Error(ErrorKind::config, row.where, what, remedy);
}

int padding(const Row& row, std::size_t column) {
  const std::string text = cell_text(row, column);
  const Location where{row.where.file, row.where.line, "Paddings"};
  return text.empty() ? 0 : static_cast<int>(Value::scalar(text, where).integer(0, max_size));
}

bool is_depthwise(const Row& row, const MoreColumns& columns) {
  const std::string text = cell_text(row, columns.depthwise);
  if (text.empty() || text == "0" || text == "false" || text == "no") return false;
  if (text == "1" || text == "true" || text == "yes") return true;
  refuse(row, "Depthwise is '" + text + "'", "expected true or false");
}

// A ratio of equal numbers, as 1:1, leaves nothing out.
void require_dense_and_single(const Row& row, const MoreColumns& columns) {
  const std::string batch = cell_text(row, columns.batch);
  if (!batch.empty() && batch != "1")
    refuse(row, "a batch of " + batch + " is not supported", "repeat the row");
  const std::string sparsity = cell_text(row, columns.sparsity);
  const std::size_t colon = sparsity.find(':');
  const bool dense = sparsity.empty() || (colon != std::string::npos &&
                                          sparsity.substr(0, colon) == sparsity.substr(colon + 1));
  if (!dense)
    refuse(row, "a sparsity of " + sparsity + " is not supported",
           "weights are dense here: write 1:1");
}

void make_depthwise(const Row& row, bool filters_per_channel, Layer& layer) {
  std::int64_t outputs = layer.K;
  if (filters_per_channel || layer.K == 1) outputs *= layer.C;
  if (outputs > max_size)
    refuse(row,
           "a depthwise layer of " + std::to_string(outputs) +
               " output channels, expected at most " + std::to_string(max_size),
           "'Num Filter' counts those of one channel where the name holds DP");
  if (outputs % layer.C != 0)
    refuse(row,
           "a depthwise layer of " + std::to_string(layer.C) + " channels with " +
               std::to_string(layer.K) + " filters",
           "expected 1 filter, for each channel, or a multiple of the channels");
  layer.groups = layer.C;
  layer.K = static_cast<int>(outputs);
}

Layer convolution(const Row& row, bool two_strides, const MoreColumns& more) {
  static const std::vector<const char*> names = {"Layer name",    "IFMAP Height", "IFMAP Width",
                                                 "Filter Height", "Filter Width", "Channels",
                                                 "Num Filter",    "Strides",      "Stride width"};
  Layer layer;
  layer.name = row.cells[0];
  layer.H = cell(row, names, 1);
  layer.W = cell(row, names, 2);
  layer.R = cell(row, names, 3);
  layer.S = cell(row, names, 4);
  layer.C = cell(row, names, 5);
  layer.K = cell(row, names, 6);
  layer.stride_h = cell(row, names, 7);
  layer.stride_w = two_strides ? cell(row, names, 8) : layer.stride_h;
  require_dense_and_single(row, more);
  if (!more.paddings.empty()) {
    layer.pad_top = layer.pad_bottom = padding(row, more.paddings.front());
    layer.pad_left = layer.pad_right = padding(row, more.paddings.back());
  }
  const bool marked = layer.name.find("DP") != std::string::npos;  // SCALE-Sim's own mark
  if (is_depthwise(row, more) || marked) make_depthwise(row, marked, layer);
  if (layer.H == 1 && layer.W == 1 && layer.R == 1 && layer.S == 1 && layer.groups == 1) {
    layer.kind = LayerKind::fc;
    layer.stride_h = layer.stride_w = 1;  // of the one position
  }
  return layer;
}

// An M x K matrix times a K x N matrix: M output positions of N channels.
Layer matrix_product(const Row& row, const MoreColumns& more) {
  static const std::vector<const char*> names = {"Layer", "M", "N", "K", "Batch"};
  Layer layer;
  layer.name = row.cells[0];
  layer.H = cell(row, names, 1);
  layer.K = cell(row, names, 2);
  layer.C = cell(row, names, 3);
  const bool batch = row.cells.size() > 4 && !row.cells[4].empty() &&
                     row.cells[4].find_first_not_of("0123456789") == std::string::npos;
  if (batch && cell(row, names, 4) != 1)
    refuse(row, "a batch of " + row.cells[4] + " is not supported", "repeat the row");
  require_dense_and_single(row, more);
  return layer;
}

bool is_of_products(const Row& header) {
  return header.cells.size() > 3 && lower_case(header.cells[1]) == "m" &&
         lower_case(header.cells[2]) == "n" && lower_case(header.cells[3]) == "k";
}

// The row that names the columns; before it, rows of one cell are titles.
std::vector<Row>::const_iterator find_header(const std::vector<Row>& rows) {
  auto row = rows.begin();
  const auto is_title = [](const Row& one) {
    return std::all_of(one.cells.begin() + 1, one.cells.end(),
                       [](const std::string& cell) { return cell.empty(); });
  };
  const auto separator_of = [](const Row& one) {
    return one.cells[0].find(';') != std::string::npos    ? "semicolons"
           : one.cells[0].find('\t') != std::string::npos ? "tabs"
                                                          : nullptr;
  };
  while (row != rows.end() && is_title(*row) && separator_of(*row) == nullptr) ++row;
  const Row& header = row == rows.end() ? rows.front() : *row;
  for (const std::string& name : header.cells)
    if (lower_case(name).find("intraline") != std::string::npos)
      refuse(header, "a SCALE-Sim layout, which says how tensors lie in memory",
             "give the topology, 'Layer name, IFMAP Height, ...'");
  if (is_of_products(header) || column_starts_with(header, 1, "ifmap")) return row;
  if (is_title(header) && separator_of(header) != nullptr)
    refuse(header, std::string("the columns are separated by ") + separator_of(header),
           "use commas");
  refuse(header, "not the header of a SCALE-Sim topology",
         "start with 'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, "
         "Channels, Num Filter, Strides,' or 'Layer, M, N, K,'");
}

// Gives repeated names numbers that no other layer has.
void number_repeated_names(std::vector<Layer>& layers) {
  std::set<std::string> given, used;
  for (const Layer& layer : layers) given.insert(layer.name);
  for (Layer& layer : layers) {
    std::string name = layer.name;
    for (int number = 2; used.count(name) > 0; ++number) {
      name = layer.name + "_" + std::to_string(number);
      if (given.count(name) > 0) name = layer.name;  // another row's
    }
    used.insert(layer.name = name);
  }
}

}  // namespace

std::vector<Layer> read_topology(const std::string& path) {
  const std::vector<Row> rows = read_rows(path);
  if (rows.empty()) throw Error(ErrorKind::config, path, "the topology is empty");
  const auto header = find_header(rows);
  const bool products = is_of_products(*header);
  const bool two_strides = column_starts_with(*header, 8, "stride");
  const MoreColumns more = more_columns(*header, products ? 5 : two_strides ? 9 : 8);
  std::vector<Layer> layers;
  for (auto row = header + 1; row != rows.end(); ++row) {
    if (row->cells[0].empty()) throw Error(ErrorKind::config, row->where, "the layer has no name");
    layers.push_back(products ? matrix_product(*row, more) : convolution(*row, two_strides, more));
    const std::string error = shape_error(layers.back());
    if (!error.empty()) {
      throw Error(ErrorKind::config, row->where, "layer '" + layers.back().name + "': " + error);
    }
  }
  number_repeated_names(layers);
  return layers;
}

}  // namespace peeksim
