// The dialects in circulation differ in trailing commas, tabs, CRLF, empty rows and columns after
// the last known one (notes, ofmap sizes, sparsity); those columns are skipped.
#include "sim/workload/read_topology.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/text_file.h"
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

// Rows with a name or a size (notes further right do not count), cells without their margins.
std::vector<Row> read_rows(const std::string& path) {
  std::istringstream file(read_text_file(path));
  std::vector<Row> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    Row row{{path, number, ""}, {}};
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t comma = std::min(line.find(',', begin), line.size());
      row.cells.push_back(trimmed(line.substr(begin, comma - begin)));
      begin = comma + 1;
    }
    const bool has_size = row.cells.size() > 1 && !row.cells[1].empty();
    if (has_size || !row.cells[0].empty()) rows.push_back(std::move(row));
  }
  return rows;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool column_starts_with(const Row& header, std::size_t column, const std::string& prefix) {
  return column < header.cells.size() && lower(header.cells[column]).rfind(prefix, 0) == 0;
}

// The integer in a column; `names` are what the columns of the dialect mean.
int cell(const Row& row, const std::vector<const char*>& names, std::size_t column) {
  const Location where{row.where.file, row.where.line, names[column]};
  const std::string text = column < row.cells.size() ? row.cells[column] : "";
  return static_cast<int>(Value::scalar(text, where).integer(1, max_size));
}

Layer convolution(const Row& row, bool two_strides) {
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
  if (layer.name.find("DP") != std::string::npos) {  // SCALE-Sim's mark of a depthwise layer
    const std::int64_t outputs = std::int64_t{layer.K} * layer.C;
    if (outputs > max_size) {
      throw Error(ErrorKind::config, row.where,
                  "a depthwise layer of " + std::to_string(outputs) +
                      " output channels, expected at most " + std::to_string(max_size),
                  "'Num Filter' counts those of one channel where the name holds DP");
    }
    layer.groups = layer.C;
    layer.K = static_cast<int>(outputs);
  }
  return layer;
}

// An M x K matrix times a K x N matrix: M output positions of N channels.
Layer matrix_product(const Row& row) {
  static const std::vector<const char*> names = {"Layer", "M", "N", "K", "Batch"};
  Layer layer;
  layer.name = row.cells[0];
  layer.H = cell(row, names, 1);
  layer.K = cell(row, names, 2);
  layer.C = cell(row, names, 3);
  const bool batch = row.cells.size() > 4 && !row.cells[4].empty() &&
                     row.cells[4].find_first_not_of("0123456789") == std::string::npos;
  if (batch && cell(row, names, 4) != 1) {
    throw Error(ErrorKind::config, row.where, "a batch of " + row.cells[4] + " is not supported",
                "repeat the row");
  }
  return layer;
}

}  // namespace

std::vector<Layer> read_topology(const std::string& path) {
  const std::vector<Row> rows = read_rows(path);
  if (rows.empty()) throw Error(ErrorKind::config, path, "the topology is empty");
  const Row& header = rows.front();
  const bool products = header.cells.size() > 3 && lower(header.cells[1]) == "m" &&
                        lower(header.cells[2]) == "n" && lower(header.cells[3]) == "k";
  if (!products && !column_starts_with(header, 1, "ifmap")) {
    throw Error(ErrorKind::config, header.where, "not the header of a SCALE-Sim topology",
                "start with 'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, "
                "Channels, Num Filter, Strides,' or 'Layer, M, N, K,'");
  }
  const bool two_strides = column_starts_with(header, 8, "stride");
  std::vector<Layer> layers;
  std::map<std::string, int> uses;
  for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
    if (row->cells[0].empty()) throw Error(ErrorKind::config, row->where, "the layer has no name");
    layers.push_back(products ? matrix_product(*row) : convolution(*row, two_strides));
    const int use = ++uses[layers.back().name];
    if (use > 1) layers.back().name += "_" + std::to_string(use);
    const std::string error = shape_error(layers.back());
    if (!error.empty()) {
      throw Error(ErrorKind::config, row->where, "layer '" + layers.back().name + "': " + error);
    }
  }
  return layers;
}

}  // namespace peeksim
