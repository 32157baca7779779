// A network as a list of layer shapes: workloads/*.yaml and SCALE-Sim topology CSVs.
#pragma once

#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/workload/layer.h"

namespace peeksim {

struct Workload {
  std::string name;
  std::string source;  // where the shapes come from
  std::vector<Layer> layers;

  Count conv_macs() const;  // all convolutions
  Count macs() const;       // fully connected layers included
};

// Whether a file of that name is read as a workload: YAML or CSV.
bool is_workload(const std::string& path);

// Throws Error(kind) at `where` when a file that is given as "trace" is a workload, or one that is
// given as "workload" is none. given_as: the key or option.
void require_given_as(const std::string& given_as, const std::string& path, ErrorKind kind,
                      const Location& where);

// Reads a workload: YAML, or a SCALE-Sim topology when the name ends in .csv (its ifmap sizes
// include the padding; every layer is taken to end in a ReLU). Throws Error(config) with the line.
Workload load_workload(const std::string& path);

}  // namespace peeksim
