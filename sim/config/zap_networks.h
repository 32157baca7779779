// The small trained networks of policy zap, which score the outputs that are not computed first
// (docs/machine.md section 2).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace peeksim {

// Which outputs of a plane are computed first.
struct FirstPattern {
  const char* name;
  bool (*computes)(int row, int col);
};

const std::vector<FirstPattern>& first_patterns();

// Of a layer: for each output channel two 3x3 kernels, row by row, each with a constant.
struct ZapNetwork {
  std::vector<float> kernel1, bias1;  // [K,3,3], [K]
  std::vector<float> kernel2, bias2;  // [K,3,3], [K]

  int channels() const { return static_cast<int>(bias1.size()); }
};

struct ZapNetworks {
  const FirstPattern* pattern = nullptr;     // of all layers
  std::map<std::string, ZapNetwork> layers;  // by path_in_files(layer)
  std::string sha256;                        // of the file; "": they are in memory

  // Null: the layer has none.
  const ZapNetwork* find(const std::string& path) const;
};

}  // namespace peeksim
