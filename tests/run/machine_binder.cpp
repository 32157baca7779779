// Binding machines to traces: each file that they decide by is opened once.
#include "sim/run/machine_binder.h"

#include <filesystem>

#include "sim/trace/masks_writer.h"
#include "tests/support/error_message.h"
#include "tests/support/zap_file.h"
#include "tests/support/zap_in_memory.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

std::string write_trace(const TempFolder& folder, const std::string& name, int images) {
  write_sample(folder.path(name), "f32", images);
  return folder.path(name);
}

MachineSpec with_policy(const std::string& policy) {
  MachineSpec machine;
  machine.prediction.policy = policy;
  return machine;
}

}  // namespace

TEST_CASE("a binder opens networks once, whatever is written there meanwhile") {
  const TempFolder folder;
  const Trace trace(write_trace(folder, "trace.h5", 1));
  const Layer layer = trace.info().layers[0].layer;
  const std::string path = folder.path("zap.h5");
  const auto write = [&](float bias) {
    const std::vector<float> ones(9, 1.0f);
    write_zap_file(path,
                   networks_of("thirds", layer, uniform_network(layer.K, ones, bias, ones, 0)));
  };
  write(0);
  MachineSpec machine = with_policy("zap");
  machine.prediction.zap_file = path;
  MachineBinder binder;
  const MachineSpec first = binder.bind(trace, machine);
  write(1);
  const MachineSpec second = binder.bind(trace, machine);
  CHECK(first.prediction.zap == second.prediction.zap);
  CHECK(first.prediction.zap_sha256 == second.prediction.zap_sha256);
  CHECK(MachineBinder().bind(trace, machine).prediction.zap_sha256 != first.prediction.zap_sha256);
  machine.prediction.zap_sha256 = std::string(64, '0');
  CHECK(contains(message_of(ErrorKind::config, [&] { binder.bind(trace, machine); }),
                 "prediction.zap_sha256"));
  machine.prediction.zap_file = folder.path("other.h5");
  for (int attempt = 0; attempt < 2; ++attempt)
    CHECK(contains(message_of(ErrorKind::trace, [&] { binder.bind(trace, machine); }),
                   "no such file"));
}

TEST_CASE("a binder opens masks once for a trace, and refuses those of another") {
  const TempFolder folder;
  const Trace trace(write_trace(folder, "trace.h5", 1));
  const Trace other(write_trace(folder, "other.h5", 2));
  const Layer layer = trace.info().layers[0].layer;
  MasksWriter writer(folder.path("masks.h5"), trace.sha256(), false);
  writer.begin_layer(layer, 1);
  writer.write(0, {std::vector<std::uint8_t>(layer.positions()),
                   std::vector<std::uint8_t>(layer.outputs())});
  writer.close();
  MachineSpec machine = with_policy("mask");
  machine.prediction.masks_file = folder.path("masks.h5");
  MachineBinder binder;
  const MachineSpec first = binder.bind(trace, machine);
  std::filesystem::remove(folder.path("masks.h5"));
  CHECK(binder.bind(trace, machine).prediction.masks == first.prediction.masks);
  CHECK(binder.bind(trace, machine).prediction.masks_sha256.size() == 64);
  CHECK(
      contains(message_of(ErrorKind::trace, [&] { binder.bind(other, machine); }), "no such file"));
}

TEST_CASE("a machine without the policy opens no file") {
  const TempFolder folder;
  const Trace trace(write_trace(folder, "trace.h5", 1));
  MachineSpec machine = with_policy("oracle");
  machine.prediction.zap_file = machine.prediction.masks_file = folder.path("none.h5");
  const MachineSpec bound = MachineBinder().bind(trace, machine);
  CHECK(bound.prediction.zap == nullptr);
  CHECK(bound.prediction.masks == nullptr);
}
