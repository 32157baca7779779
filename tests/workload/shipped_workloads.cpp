// The shipped networks against the MAC totals that others publish.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "sim/config/load_machine.h"
#include "sim/config/read_yaml.h"
#include "sim/config/value.h"
#include "sim/workload/workload.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

std::string path_of(const std::string& name) {
  return std::string(PEEKSIM_SOURCE_DIR) + "/workloads/" + name + ".yaml";
}

Workload shipped(const std::string& name) {
  return load_workload(path_of(name));
}

// Totals as literature and tool tables round them; 0 where only the other one is published.
struct Published {
  const char* name;
  double conv_macs, macs;
  double rounding;  // half a unit of the last published digit
  std::size_t layers;
};

const std::vector<Published> published = {{"alexnet_torchvision", 655.6e6, 714.2e6, 0.05e6, 8},
                                          {"alexnet_caffe", 666e6, 724e6, 0.5e6, 8},
                                          {"vgg16", 15.35e9, 15.47e9, 0.005e9, 16},
                                          {"resnet18", 0, 1.814e9, 0.0005e9, 21},
                                          {"squeezenet1_1", 387.75e6, 0, 0.005e6, 26},
                                          {"mobilenet_v2", 0, 300.8e6, 0.05e6, 53},
                                          {"cifar_resnet20", 40.55e6, 40.55e6, 0.005e6, 20}};

}  // namespace

TEST_CASE("the MAC totals are the published ones") {
  for (const Published& network : published) {
    const std::string name = network.name;
    INFO(name);
    const Workload workload = shipped(name);
    CHECK(workload.name == name);
    CHECK_FALSE(workload.source.empty());
    CHECK(workload.layers.size() == network.layers);
    if (network.macs > 0)
      CHECK(std::abs(double(workload.macs()) - network.macs) <= network.rounding);
    if (network.conv_macs > 0) {
      CHECK(std::abs(double(workload.conv_macs()) - network.conv_macs) <= network.rounding);
    }
  }
}

TEST_CASE("the totals are exactly those that the file states") {
  for (const Published& network : published) {
    const std::string name = network.name;
    INFO(name);
    const Workload workload = shipped(name);
    const Value file = read_yaml(path_of(name));
    const Value* stated = file.find("published");
    REQUIRE(stated != nullptr);
    const Value* macs = stated->find("macs");
    const Value* conv_macs = stated->find("conv_macs");
    CHECK((macs != nullptr || conv_macs != nullptr));
    if (macs != nullptr) CHECK(macs->integer(1, INT64_MAX) == workload.macs());
    if (conv_macs != nullptr) CHECK(conv_macs->integer(1, INT64_MAX) == workload.conv_macs());
  }
}

TEST_CASE("every shipped workload is in the table of published totals") {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(PEEKSIM_SOURCE_DIR) + "/workloads")) {
    files += entry.path().extension() == ".yaml";
  }
  CHECK(files == published.size());
}

TEST_CASE("layers without a ReLU, and layers with a residual, are marked") {
  const auto count = [](const std::string& name, const auto& property) {
    const Workload workload = shipped(name);
    return std::count_if(workload.layers.begin(), workload.layers.end(), property);
  };
  const auto linear = [](const Layer& layer) { return layer.activation == Activation::none; };
  const auto residual = [](const Layer& layer) { return layer.residual; };
  CHECK(count("alexnet_torchvision", linear) == 1);  // the last layer's logits
  CHECK(count("vgg16", linear) == 1);
  CHECK(count("squeezenet1_1", linear) == 0);
  CHECK(count("resnet18", linear) == 4);       // three shortcut convolutions and the classifier
  CHECK(count("mobilenet_v2", linear) == 18);  // 17 linear bottlenecks and the classifier
  CHECK(count("resnet18", residual) == 8);
  CHECK(count("cifar_resnet20", residual) == 9);
  CHECK(count("mobilenet_v2", residual) == 10);
  CHECK(count("mobilenet_v2", [](const Layer& layer) { return layer.depthwise(); }) == 17);
}

TEST_CASE("every kind of layer can be excluded from prediction by its name") {
  const TempFolder folder;
  const std::string path = folder.write("m.yaml", "name: m\n");
  for (const Layer& layer : shipped("mobilenet_v2").layers) {
    const std::string entry = std::string("kind:") + kind_name(layer);
    const MachineSpec machine = load_machine(path, {"prediction.exclude=[\"" + entry + "\"]"}, {});
    CHECK(machine.prediction.exclude == std::vector<std::string>{entry});
  }
}
