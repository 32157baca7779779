// A desk with a sweep file on it.
#pragma once

#include "tests/cli/peeksim.h"

namespace peeksim {

class SweepDesk : public Desk {
 public:
  // 12 points of the tiny machine.
  SweepDesk() {
    write_sweep(
        "axes: {array.rows: [2, 3, 4], array.cols: [2, 4], prediction.threshold: [0, 1]}\n");
  }

  void write_sweep(const std::string& lines) const {
    files.write("sweep.yaml",
                "name: small sweep\nmachine: machine.yaml\ntrace: trace.h5\n" + lines);
  }

  // 300 points: long enough to be interrupted.
  void write_long_sweep() const {
    write_sweep(
        "axes: {array.rows: {range: [1, 15, 1]}, array.cols: [1, 2, 3, 4], prediction.threshold: "
        "{linspace: [0, 1, 5]}}\n");
  }

  static Words sweep_to(const std::string& database, const Words& more = {}) {
    Words words = {"sweep", "sweep.yaml", "--jobs", "2", "--out", database};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  // All that is exported: every metric and counter, in total and by layer.
  std::string exported(const std::string& database) const {
    return ok({"sweep", "export", database, "--csv", "--all"}) +
           ok({"sweep", "export", database, "--json", "--layers", "--all"});
  }

  // Byte by byte; the texts are too long to print.
  bool same_exports(const std::string& one, const std::string& other) const {
    return exported(one) == exported(other);
  }
};

}  // namespace peeksim
