// What is wrong with a trace is said in one line, and no results are left behind.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>

#include "tests/cli/peeksim.h"
#include "tests/cli/spoil_trace.h"

using namespace peeksim;

namespace {

// The run is refused; so are the commands that read the whole trace, with the same line.
void check_refused(const Desk& desk, const std::string& trace, const Words& parts,
                   const Words& commands = {"run", "check", "info"}) {
  for (const std::string& command : commands) {
    const Words arguments = command == "run"
                                ? Words{"run", "machine.yaml", "--trace", trace, "--out", "out"}
                                : Words{"trace", command, trace};
    desk.refused(arguments, 4, parts);
  }
}

}  // namespace

TEST_CASE("a trace that is not there is refused") {
  const Desk desk;
  check_refused(desk, "missing.h5", {"missing.h5: there is no such file; check the path"});
}

TEST_CASE("a truncated trace is refused") {
  const Desk desk;
  const std::string bytes = desk.files.read("trace.h5");
  desk.files.write("half.h5", bytes.substr(0, bytes.size() / 2));
  check_refused(desk, "half.h5", {"half.h5: is truncated", "; copy or write the trace again"});
  desk.files.write("empty.h5", "");
  check_refused(desk, "empty.h5", {"empty.h5: "});
}

TEST_CASE("a bit that flipped in the values is found, with the layer") {
  const Desk desk;
  flip_bit(desk.files.path("trace.h5"), "layers/0001/ofmap");
  check_refused(desk, "trace.h5", {"trace.h5: layers/0001 (conv2)/ofmap", "image 0"},
                {"run", "check"});
}

TEST_CASE("a text file and somebody else's HDF5 file are no traces") {
  const Desk desk;
  check_refused(desk, "workload.yaml", {"workload.yaml: is not an HDF5 file", "trace-format.md"});
  write_foreign_hdf5(desk.files.path("model.h5"));
  check_refused(desk, "model.h5",
                {"model.h5: is an HDF5 file, but not a trace", "trace-format.md"});
}

TEST_CASE("a pointer of Git LFS and an HDF4 file are called what they are") {
  const Desk desk;
  desk.files.write("pointer.h5",
                   "version https://git-lfs.github.com/spec/v1\noid sha256:12ab\nsize 123\n");
  check_refused(desk, "pointer.h5", {"pointer.h5: is a pointer of Git LFS", "; fetch it: "});
  desk.files.write("old.h5", std::string("\x0e\x03\x13\x01", 4) + std::string(100, '\0'));
  check_refused(desk, "old.h5", {"old.h5: is an HDF4 file; "});
}

TEST_CASE("a trace that another program writes is not damaged") {
  const Desk desk;
  const int writer = ::open(desk.files.path("trace.h5").c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(writer, LOCK_EX) == 0);  // as HDF5 does
  check_refused(desk, "trace.h5",
                {"trace.h5: is open for writing in another program; wait until it is complete"});
  ::close(writer);
  desk.ok({"trace", "check", "trace.h5"});
}

TEST_CASE("a trace is read where the file system has no locks") {
  const Desk desk;
  const std::string expected = desk.ok({"trace", "check", "trace.h5"});
  for (const int error : {ENOLCK, ENOSYS, EOPNOTSUPP}) {
    CAPTURE(error);
    CommandSetup without_locks;
    without_locks.environment = {{"LD_PRELOAD", FAIL_FLOCK_LIBRARY},
                                 {"FLOCK_ERROR", std::to_string(error)}};
    CHECK(desk.ok({"trace", "check", "trace.h5"}, without_locks) == expected);
  }
}

TEST_CASE("shapes that contradict each other are refused with the layer and the right shape") {
  const Desk desk;
  change_attribute(desk.files.path("trace.h5"), "layers/0001", "stride", {1, 1});
  check_refused(desk, "trace.h5",
                {"trace.h5: layers/0001 (conv2): @ofmap_shape is [8,6,6]", "give [8,12,12]"});
}

TEST_CASE("a trace with other shapes than the named workload is refused") {
  const Desk desk;
  std::string workload = desk.files.read("workload.yaml");
  workload.replace(workload.find("K: 12"), 5, "K: 16");
  desk.files.write("other.yaml", workload);
  desk.refused(
      {"run", "machine.yaml", "--trace", "trace.h5", "--workload", "other.yaml", "--out", "out"}, 4,
      {"trace.h5: ", "conv3", "other.yaml"});
  desk.refused({"trace", "check", "trace.h5", "--workload", "other.yaml"}, 4,
               {"trace.h5: ", "conv3", "other.yaml"});
  desk.refused({"run", "machine.yaml", "--trace", "trace.h5", "--workload", "none.yaml"}, 3,
               {"none.yaml: cannot read"});
}

TEST_CASE("activations that are NaN or infinite are refused with layer, image and position") {
  const float infinity = std::numeric_limits<float>::infinity();
  struct Case {
    float value;
    const char* name;
  };
  for (const Case& one :
       {Case{std::nanf(""), "NaN"}, Case{infinity, "infinity"}, Case{-infinity, "infinity"}}) {
    const Desk desk;
    // [2 images, 8, 6, 6]: image 1, channel 0, row 1, column 2.
    change_values(desk.files.path("trace.h5"), "layers/0001/ofmap",
                  [&](std::vector<float>& values) { values[8 * 6 * 6 + 6 + 2] = one.value; });
    check_refused(desk, "trace.h5",
                  {"trace.h5: layers/0001 (conv2)/ofmap: image 1: ", one.name, " at [0,1,2]; "},
                  {"run", "check"});
  }
}

TEST_CASE("a negative threshold is refused on values that have already passed the ReLU") {
  const Desk desk;
  for (const std::string layer : {"0000", "0001", "0002"}) {
    change_values(desk.files.path("trace.h5"), "layers/" + layer + "/ofmap",
                  [](std::vector<float>& values) {
                    for (float& value : values) value = std::max(value, 0.0f);
                  });
  }
  desk.files.write("other.yaml",
                   "extends: machine.yaml\nname: other\nprediction:\n  threshold: -0.5\n");
  desk.refused({"run", "other.yaml", "--trace", "trace.h5", "--out", "out"}, 4,
               {"trace.h5: layer 'conv1' has a negative threshold (other.yaml:4: "
                "prediction.threshold)",
                "have passed the ReLU", "; record the values that enter the ReLU"});
  desk.ok({"run", "machine.yaml", "--trace", "trace.h5"});  // a threshold of 0 is fine
}

TEST_CASE("a folder or a device in place of a trace is refused") {
  const Desk desk;
  check_refused(desk, ".", {".: is not a file; name a trace file"});
  check_refused(desk, "/dev/null", {"/dev/null: is not a file"});
}
