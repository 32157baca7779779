// Networks files: what is written reads back, and what is wrong is said with its place.
#include <functional>
#include <limits>

#include "sim/trace/zap_reader.h"
#include "tests/support/zap_file.h"
#include "tests/support/zap_in_memory.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

ZapNetworks sample_networks() {
  Random random(1);
  ZapNetworks networks;
  networks.pattern = &first_patterns()[1];
  networks.layers["conv1"] = random_network(random, 4);
  networks.layers["features/0/Conv"] = random_network(random, 2);
  return networks;
}

void remove_link(const std::string& path, const char* link) {
  const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
  REQUIRE(H5Ldelete(file, link, H5P_DEFAULT) >= 0);
}

}  // namespace

TEST_CASE("networks read back as they were written, under the paths of their layers") {
  const TempFolder files;
  const ZapNetworks written = sample_networks();
  write_zap_file(files.path("zap.h5"), written);
  const ZapNetworks read = read_zap_networks(files.path("zap.h5"));
  CHECK(std::string(read.pattern->name) == "thirds");
  CHECK(read.layers.size() == 2);
  for (const auto& [name, network] : written.layers) {
    const ZapNetwork* const found = read.find(name);
    REQUIRE(found != nullptr);
    CHECK(found->kernel1 == network.kernel1);
    CHECK(found->bias1 == network.bias1);
    CHECK(found->kernel2 == network.kernel2);
    CHECK(found->bias2 == network.bias2);
  }
  Layer slash;
  slash.name = "/features/0/Conv";
  CHECK(read.find(path_in_files(slash))->channels() == 2);
  CHECK(read.find("conv2") == nullptr);
}

TEST_CASE("the SHA-256 of networks is that of their file") {
  const TempFolder files;
  ZapNetworks networks = sample_networks();
  write_zap_file(files.path("a.h5"), networks);
  write_zap_file(files.path("b.h5"), networks);
  networks.layers["conv1"].bias2[3] += 1;
  write_zap_file(files.path("c.h5"), networks);
  const auto sha256 = [&](const char* name) { return read_zap_networks(files.path(name)).sha256; };
  CHECK(sha256("a.h5").size() == 64);
  CHECK(sha256("a.h5") == sha256("b.h5"));
  CHECK(sha256("a.h5") != sha256("c.h5"));
}

TEST_CASE("a file that holds no sound networks is refused, with the place") {
  const TempFolder files;
  const auto refused = [&](const std::string& name, const std::vector<std::string>& parts) {
    const std::string error =
        message_of(ErrorKind::trace, [&] { read_zap_networks(files.path(name)); });
    CAPTURE(error);
    for (const std::string& part : parts) CHECK(error.find(part) != std::string::npos);
  };
  const auto changed = [&](const std::function<void(ZapNetworks&)>& change) {
    ZapNetworks networks = sample_networks();
    change(networks);
    write_zap_file(files.path("bad.h5"), networks);
  };
  refused("none.h5", {"none.h5", "no such file"});
  files.write("text.h5", "networks");
  refused("text.h5", {"not an HDF5 file"});
  write_sample(files.path("trace.h5"), "f32", 1);
  refused("trace.h5", {"no networks file of policy zap", "docs/zap.md"});
  const FirstPattern halves = {"chequerboard", [](int, int) { return true; }};
  changed([&](ZapNetworks& n) { n.pattern = &halves; });
  refused("bad.h5", {"@pattern", "chequerboard", "did you mean 'checkerboard'"});
  changed([](ZapNetworks& n) { n.layers.clear(); });
  refused("bad.h5", {"holds no layer"});
  changed([](ZapNetworks& n) {
    n.layers["conv1"].kernel2[9 + 4] = std::numeric_limits<float>::infinity();
  });
  refused("bad.h5", {"conv1/kernel2", "channel 1", "expected a finite number"});
  changed([](ZapNetworks&) {});
  remove_link(files.path("bad.h5"), "conv1/bias2");
  refused("bad.h5", {"conv1", "bias2"});
  changed([](ZapNetworks&) {});
  remove_link(files.path("bad.h5"), "conv1/bias1");
  const auto add = [&](const char* name, const std::vector<hsize_t>& shape) {
    const hdf5::Handle file(H5Fopen(files.path("bad.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT),
                            H5Fclose);
    hsize_t count = 1;
    for (const hsize_t extent : shape) count *= extent;
    write_zap_dataset(file, name, std::vector<float>(count), shape);
  };
  add("conv1/bias1", {3});
  refused("bad.h5", {"conv1/bias1", "[3]", "expected [4]"});
  remove_link(files.path("bad.h5"), "conv1/kernel1");
  add("conv1/kernel1", {4, 1, 3, 3});
  refused("bad.h5", {"conv1/kernel1", "[4,1,3,3]", "expected [K,3,3]"});
  changed([](ZapNetworks&) {});
  add("other", {1});
  refused("bad.h5", {"other"});
}
