// Binds a machine to the trace that it is to run: what depends on the trace's values, or is in
// files that other programs made.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/machine.h"
#include "sim/trace/trace.h"

namespace peeksim {

// Opens each file that machines decide by once: what another program writes there meanwhile does
// not count.
class MachineBinder {
 public:
  // The machine with its thresholds as values of the trace (relative_thresholds.h), and the masks
  // and networks open that its layers use. Throws Error(trace) as Trace::read_ofmap, and for masks
  // that are not of this trace (trace/masks_reader.h); and as open_networks; Error(config) for
  // masks of another SHA-256 than prediction.masks_sha256.
  MachineSpec bind(const Trace& trace, MachineSpec machine);

  // The machine with the networks of policy zap open, if one of its layers uses them: they are of
  // no trace. Throws as read_zap_networks, and Error(config) for another SHA-256 than
  // prediction.zap_sha256.
  MachineSpec open_networks(MachineSpec machine);

 private:
  void open_masks(const Trace& trace, MachineSpec& machine);

  std::map<std::string, std::shared_ptr<const ZapNetworks>> networks_;  // by path
  // By the paths of the masks and their trace, with the SHA-256 of the masks.
  std::map<std::pair<std::string, std::string>,
           std::pair<std::shared_ptr<const Masks>, std::string>>
      masks_;
};

// What a bound machine and its trace do not have in common, one sentence each: thresholds that are
// too small for the trace's integers (relative_thresholds.h), masks and networks of layers that the
// machine excludes, networks of layers that the trace does not have.
std::vector<std::string> binding_warnings(const Trace& trace, const MachineSpec& bound);

}  // namespace peeksim
