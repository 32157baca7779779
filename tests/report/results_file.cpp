#include "sim/report/files/results_file.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/report/files/read_results.h"
#include "tests/report/sample.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;
using Json = nlohmann::ordered_json;

namespace {

// Calls visit(pointer) for every value of results.json, containers before what they hold; of what
// is recomputed when it is read, only the container.
template <class Visit>
void for_each_value(const Json& json, const Json::json_pointer& at, const Visit& visit) {
  if (!at.empty()) visit(at);
  for (const std::string computed : {"/totals", "/over_images", "/energy", "/area_mm2"})
    if (at.to_string().size() >= computed.size() &&
        at.to_string().rfind(computed) == at.to_string().size() - computed.size())
      return;
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) for_each_value(value, at / key, visit);
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) for_each_value(json[i], at / i, visit);
  }
}

// What reading a changed results.json comes to: "refused", "read" (and it was not changed in
// anything that counts), "changed", or another error's message.
std::string outcome(const TempFolder& folder, const Json& json, const std::string& original) {
  const std::string path = folder.write("results.json", json.dump());
  try {
    return results_json(price_run(read_results(path), sample_table())) == original ? "read"
                                                                                   : "changed";
  } catch (const Error& error) {
    const std::string message = error.what();
    const bool complete = error.kind() == ErrorKind::config && message.rfind(path, 0) == 0 &&
                          message.find('\n') == message.npos;
    return complete ? "refused" : message;
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("results that were read back are the results that were written") {
  const TempFolder folder;
  const RunResult run = sample_run();
  const std::string text = results_json(price_run(run, sample_table()));
  const RunResult again = read_results(folder.write("results.json", text));
  CHECK(results_json(price_run(again, sample_table())) == text);
  REQUIRE(again.layers.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(again.layers[i].counters.machine == run.layers[i].counters.machine);
    CHECK(again.layers[i].counters.dense == run.layers[i].counters.dense);
    CHECK(again.layers[i].layer.stride_w == run.layers[i].layer.stride_w);
    CHECK(again.layers[i].layer.pad_left == run.layers[i].layer.pad_left);
    CHECK(again.layers[i].policy == run.layers[i].policy);
    CHECK(again.layers[i].excluded == run.layers[i].excluded);
    CHECK(again.layers[i].streamed == run.layers[i].streamed);
    CHECK(again.layers[i].zeros_known == run.layers[i].zeros_known);
  }
  CHECK(again.images[1].name == "dog");
  CHECK(again.trace.sha256 == run.trace.sha256);
}

TEST_CASE("areas are in the results, null where the energy table knows none") {
  EnergyTable table = sample_table();
  const Json unknown = Json::parse(results_json(price_run(sample_run(), table))).at("area_mm2");
  CHECK(unknown == Json{{"machine", nullptr}, {"dense", nullptr}});
  table.area = AreaTable();
  table.area->mac = {{8, 1}};
  table.area->comparator = 1;
  const Json known = Json::parse(results_json(price_run(sample_run(), table))).at("area_mm2");
  CHECK(known.at("machine").at("pe_array") == 4);
  CHECK(known.at("machine").at("prediction") == 2);
  CHECK(known.at("machine").at("total") == 6);
  CHECK(known.at("dense").at("prediction") == 0);
  CHECK(known.at("dense").at("total") == 4);
}

TEST_CASE("every machine key, name and switch survives the way through the file") {
  RunResult run = sample_run();
  run.machine.name = "a \"quoted\", 010 name: # ±";
  run.machine.array.gate_zero_activations = false;
  run.machine.clock_mhz = 0.1;
  run.machine.prediction.threshold = -0.1;
  run.machine.prediction.exclude = {"first", "kind:depthwise", "[c]*"};
  run.machine.prediction.channel_thresholds = {{"true", {0.5, never_predicted}}};
  run.machine.prediction.peeks = {"", {{0, 1}, {1, 0}}};
  run.trace.network = "tab\there";
  run.trace.synthetic = true;
  run.trace.loop = {true, "peek \"quoted\"", "0123456789abcdef"};
  run.trace.unrecorded = {Count{1} << 53, "attention, \"quoted\""};
  run.layers[1].layer.activation = Activation::relu6;
  run.layers[1].layer.residual = true;
  const TempFolder folder;
  const std::string text = results_json(price_run(run, sample_table()));
  const RunResult again = read_results(folder.write("results.json", text));
  CHECK(results_json(price_run(again, sample_table())) == text);
  CHECK(Json::parse(text)["trace"]["loop"] == "closed");
  CHECK(again.trace.loop.closed);
  CHECK(again.trace.loop.machine == run.trace.loop.machine);
  CHECK(again.trace.loop.settings == run.trace.loop.settings);
  CHECK(again.machine.name == run.machine.name);
  CHECK(again.machine.prediction.peeks.list == run.machine.prediction.peeks.list);
  CHECK(again.machine.prediction.channel_thresholds == run.machine.prediction.channel_thresholds);
}

TEST_CASE("a value that is missing is refused, or can be computed from the others") {
  const TempFolder folder;
  const std::string text = results_json(price_run(sample_run(), sample_table()));
  const Json json = Json::parse(text);
  int refused = 0, read = 0;
  for_each_value(json, Json::json_pointer(), [&](const Json::json_pointer& at) {
    Json changed = json;
    Json& parent = changed.at(at.parent_pointer());
    if (parent.is_array()) {
      parent.erase(std::stoul(at.back()));
    } else {
      parent.erase(at.back());
    }
    const std::string what = outcome(folder, changed, text);
    const std::string place = at.to_string();
    CAPTURE(place);
    CAPTURE(what);
    // A machine's key has a default; sums and energies are recomputed.
    const bool fine = what == "refused" || what == "read" ||
                      (what == "changed" && place.rfind("/machine/", 0) == 0);
    CHECK(fine);
    ++(what == "refused" ? refused : read);
  });
  CHECK(refused > 5 * 62);  // each counter of each layer and image
  CHECK(read > 20);
}

TEST_CASE("a value of another type is refused or does not count; it is never believed") {
  const TempFolder folder;
  const std::string text = results_json(price_run(sample_run(), sample_table()));
  const Json json = Json::parse(text);
  for (const Json& wrong : {Json(nullptr), Json("text"), Json(-1), Json(1.5), Json(true)}) {
    for_each_value(json, Json::json_pointer(), [&](const Json::json_pointer& at) {
      Json changed = json;
      changed.at(at) = wrong;
      const std::string what = outcome(folder, changed, text);
      const std::string place = at.to_string();
      // Texts are free, and a machine may well have a threshold of 1.5.
      const bool may_change =
          place.rfind("/machine/", 0) == 0 || json.at(at).is_string() || json.at(at).is_boolean();
      const bool fine = what == "refused" || what == "read" || (what == "changed" && may_change);
      if (fine) return;
      CAPTURE(place);
      CAPTURE(wrong.dump());
      CHECK(what == "refused");
    });
  }
  CHECK(outcome(folder, json, text) == "read");
}

TEST_CASE("results from before there were closed loops are of the open one; no third is known") {
  const TempFolder folder;
  Json json = Json::parse(results_json(price_run(sample_run(), sample_table())));
  CHECK(json["trace"]["loop"] == "open");
  json["trace"]["loop"] = "half open";
  CHECK(outcome(folder, json, "") == "refused");
  for (const char* name : {"loop", "machine", "settings"}) json["trace"].erase(name);
  CHECK_FALSE(read_results(folder.write("old.json", json.dump())).trace.loop.closed);
}

TEST_CASE("a counter that somebody changed is noticed") {
  const TempFolder folder;
  const std::string text = results_json(price_run(sample_run(), sample_table()));
  for (const std::string place :
       {"/layers/1/machine/counters/cycles", "/layers/0/dense/counters/macs_total",
        "/images/1/machine/counters/predicted_zero", "/trace/images", "/layers/0/shape/K",
        "/layers/0/shape/stride/0"}) {
    CAPTURE(place);
    Json changed = Json::parse(text);
    Json& value = changed.at(Json::json_pointer(place));
    value = value.get<int>() + 1;
    // The number of channels is nowhere else in the file: nothing contradicts it.
    CHECK(outcome(folder, changed, text) == (place == "/layers/0/shape/K" ? "changed" : "refused"));
  }
}

TEST_CASE("a number that does not fit its type is refused, not cut to one that does") {
  const TempFolder folder;
  const std::string text = results_json(price_run(sample_run(), sample_table()));
  for (const std::string place : {"/layers/1/machine/counters/cycles", "/trace/images"}) {
    CAPTURE(place);
    const std::uint64_t value =
        Json::parse(text).at(Json::json_pointer(place)).get<std::uint64_t>();
    for (const std::uint64_t more : {std::uint64_t{1} << 63, std::uint64_t{1} << 32}) {
      Json changed = Json::parse(text);
      changed.at(Json::json_pointer(place)) = value + more;
      CHECK(outcome(folder, changed, text) == "refused");
    }
    Json changed = Json::parse(text);
    changed.at(Json::json_pointer(place)) = ~std::uint64_t{0};
    CHECK(outcome(folder, changed, text) == "refused");
  }
}

TEST_CASE("another schema version is refused with both versions") {
  const TempFolder folder;
  Json json = Json::parse(results_json(price_run(sample_run(), sample_table())));
  json["schema_version"] = results_schema_version + 1;
  const std::string path = folder.write("results.json", json.dump());
  const std::string expected = path + ": has schema version 2, expected 1; give the results.json";
  try {
    read_results(path);
    FAIL_CHECK("it was read");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).rfind(expected, 0) == 0);
  }
}

TEST_CASE("results from before unrecorded MACs were read know of none") {
  const TempFolder folder;
  RunResult run = sample_run();
  run.trace.unrecorded = {7, "attention"};
  Json json = Json::parse(results_json(price_run(run, sample_table())));
  CHECK(json["trace"]["unrecorded_macs"] == 7);
  CHECK(read_results(folder.write("new.json", json.dump())).trace.unrecorded.names == "attention");
  for (const char* name : {"unrecorded_macs", "unrecorded"}) json["trace"].erase(name);
  CHECK(read_results(folder.write("old.json", json.dump())).trace.unrecorded.macs == 0);
}
