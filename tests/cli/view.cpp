// `peeksim view`: which layer, image and channels it shows, and what it refuses.
#include <doctest/doctest.h>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

Words view(const Words& more = {}) {
  Words words = {"view", "trace.h5", "--machine", "machine.yaml", "-o", "view.html"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The JSON that the page in a file carries.
nlohmann::json data_in(const std::string& page) {
  const std::string mark = "id=\"data\">\n";
  const std::size_t start = page.find(mark) + mark.size();
  return nlohmann::json::parse(page.substr(start, page.find("</script>", start) - start));
}

}  // namespace

TEST_CASE("view shows a layer by name or by number, and says what it shows") {
  const Desk desk;
  const nlohmann::json layers = nlohmann::json::parse(
      desk.ok({"config", "layers", "machine.yaml", "--trace", "trace.h5"}))["layers"];
  const std::string name = layers[1]["name"];
  const std::string told = desk.ok(view({"--layer", name, "--image", "1"}));
  CHECK(contains(told, "layer " + name + ", image 1, channels 0 to "));
  CHECK(contains(told, " in view.html\n"));
  const nlohmann::json data = data_in(desk.files.read("view.html"));
  CHECK(data["layer"]["name"] == name);
  CHECK(data["layer"]["thresholds"] == layers[1]["thresholds"]);
  CHECK(data["trace"]["image"] == 1);
  CHECK(data["trace"]["synthetic"] == true);
  const std::string by_name = desk.files.read("view.html");
  desk.ok(view({"--layer", "1", "--image", "1", "--force"}));
  const bool same = desk.files.read("view.html") == by_name;
  CHECK(same);
}

TEST_CASE("without --layer the one with the most gated MACs is shown") {
  const Desk desk;
  desk.ok(view({"--set", "prediction.exclude=[]"}));
  desk.ok(run_to("out", {"--set", "prediction.exclude=[]"}));
  const auto gated = [&](const nlohmann::json& layer) {
    return layer["machine"]["counters"]["macs_predicted"].get<std::int64_t>();
  };
  const nlohmann::json shown = data_in(desk.files.read("view.html"));
  const nlohmann::json layers = desk.json("out/results.json")["layers"];
  for (const nlohmann::json& layer : layers)
    CHECK(gated(layer) <= gated(layers[shown["layer"]["number"].get<int>()]));
}

TEST_CASE("only the channels that are asked for are shown, and counted") {
  const Desk desk;
  desk.ok(view({"--layer", "0", "--channels", "1:3"}));
  const nlohmann::json data = data_in(desk.files.read("view.html"));
  CHECK(data["channels"] == nlohmann::json({{"first", 1}, {"end", 3}}));
  desk.refused(view({"--force", "--layer", "0", "--channels", "3:1"}), 2,
               {"--channels is '3:1', not channels A:B; expected A:B with 0 <= A < B"});
  desk.refused(view({"--force", "--layer", "0", "--channels", "0:999"}), 2,
               {"--channels ends at 999; layer", "has "});
}

TEST_CASE("a layer or an image that is not there is refused, with those that are") {
  const Desk desk;
  desk.refused(view({"--layer", "nolayer"}), 2, {"trace.h5 has no layer 'nolayer'", "known: "});
  desk.refused(view({"--layer", "99"}), 2, {"--layer is 99; trace.h5 has the layers 0 to "});
  desk.refused(view({"--layer", "99999999999999999999"}), 2, {"has no layer '99999"});
  desk.refused(view({"--image", "2"}), 2, {"--image is 2; trace.h5 has the images 0 to 1"});
  desk.refused(view({"--image", "-1"}), 2, {"--image is -1"});
}

TEST_CASE("view needs a trace, a machine and a new file, and leaves nothing without them") {
  const Desk desk;
  desk.refused({"view", "trace.h5", "-o", "v.html"}, 2, {"no machine given; add --machine FILE"});
  desk.refused({"view", "trace.h5", "--machine", "machine.yaml"}, 2,
               {"no page to write given; add -o FILE.html"});
  desk.refused({"view", "no.h5", "--machine", "machine.yaml", "-o", "v.html"}, 4, {"no.h5"});
  desk.refused({"view", "trace.h5", "--machine", "no.yaml", "-o", "v.html"}, 3, {"no.yaml"});
  desk.refused(view({"--set", "prediction.window=[0, 2]"}), 3, {"--set", "prediction.window"});
  desk.ok(view());
  desk.refused(view(), 6, {"view.html: exists already"});
  desk.ok(view({"--force"}));
}
