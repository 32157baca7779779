// What differs first between two logs, and what is no log.
#include "sim/report/events/event_diff.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/config_error.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace {

using Lines = std::vector<std::string>;

const std::string header = R"({"peeksim-events":1,"version":"1","machine":"m","trace":"t.h5"})";

std::string tile(const std::string& layer, int index, int start, int end) {
  return R"({"image":0,"layer":")" + layer +
         R"(","group":0,"step":2,"event":"tile","pass":"peek","index":)" + std::to_string(index) +
         R"(,"start":)" + std::to_string(start) + R"(,"end":)" + std::to_string(end) +
         R"(,"macs":32})";
}

std::string load(int index, int start) {
  return R"({"image":0,"layer":"a","group":0,"step":0,"event":"load","tensor":"weight","index":)" +
         std::to_string(index) + R"(,"request":0,"start":)" + std::to_string(start) +
         R"(,"end":90,"bytes":4})";
}

std::string joined(const Lines& lines, const std::string& first = header) {
  std::string text = first + "\n";
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// The report says A and B for the two logs.
EventDiff diff(const std::string& a, const std::string& b) {
  const TempFolder files;
  EventDiff diff = diff_events(files.write("A", a), files.write("B", b));
  for (std::string* text : {&diff.report, &diff.place})
    for (std::size_t at = 0; (at = text->find(files.path(""))) != text->npos;)
      text->erase(at, files.path("").size());
  return diff;
}

EventDiff diff(const Lines& a, const Lines& b) {
  return diff(joined(a), joined(b));
}

std::string fault(const std::string& text) {
  const TempFolder files;
  const std::string good = files.write("good", joined({tile("a", 0, 1, 2), tile("a", 1, 2, 3)}));
  const std::string bad = files.write("bad", text);
  const std::string message = config_error([&] { diff_events(bad, good); }, &files);
  CHECK(config_error([&] { diff_events(good, bad); }, &files) == message);
  return message;
}

const Lines some = {tile("a", 0, 19, 23), tile("a", 1, 23, 27), tile("b", 0, 40, 44)};

}  // namespace

TEST_CASE("equal logs are equal, and it takes one line to say so") {
  const EventDiff same = diff(some, some);
  CHECK(same.same);
  CHECK(same.events == 3);
  CHECK(same.report == "equal: all 3 events\n");
  CHECK(diff(Lines(), Lines()).same);
}

TEST_CASE("the spaces and the order of keys in a line make no difference") {
  const std::string spaced =
      R"({ "macs": 32, "end":23,"start":19,"index":0,"pass":"peek","event":"tile","step":2,)"
      R"("group":0,"layer":"a","image":0})";
  CHECK(diff(Lines{some[0]}, Lines{spaced}).same);
  CHECK(diff(Lines{spaced, some[1]}, Lines{some[0], some[1]}).same);
}

TEST_CASE("the first event that differs is shown with the values that do") {
  Lines other = some;
  other[1] = tile("a", 1, 23, 29);
  other[2] = tile("b", 0, 42, 46);
  const EventDiff found = diff(some, other);
  CHECK_FALSE(found.same);
  CHECK(found.events == 1);
  CHECK(found.place == "B:3");
  CHECK(found.report ==
        "events that agree: 1; the first that differs:\n"
        "\n"
        "image 0, layer a, group 0, step 2: tile 1\n"
        "  end: 27 in A, 29 in B\n"
        "\n"
        "A:3: " +
            some[1] + "\nB:3: " + other[1] + "\n");
}

TEST_CASE("an event that happens later in one log is found there") {
  const Lines a = {load(0, 5), load(1, 6), tile("a", 0, 19, 23)};
  const Lines b = {load(0, 5), tile("a", 0, 19, 23), load(1, 30)};
  for (const bool swapped : {false, true}) {
    CAPTURE(swapped);
    const EventDiff found = swapped ? diff(b, a) : diff(a, b);
    CHECK(found.events == 1);
    const std::string later = swapped ? "A" : "B";
    for (const std::string& part :
         {"image 0, layer a, group 0, step 0: load 1 of weight\nhappens in " + later +
              " too, on line 4\n",
          std::string(swapped ? "  start: 30 in A, 6 in B\n" : "  start: 6 in A, 30 in B\n"),
          "A:3: " + (swapped ? b : a)[1], "B:3: " + (swapped ? a : b)[1]}) {
      CAPTURE(found.report);
      CHECK(found.report.find(part) != std::string::npos);
    }
  }
}

TEST_CASE("an event that one log lacks is only in the other") {
  for (std::size_t missing = 0; missing < some.size(); ++missing) {
    CAPTURE(missing);
    Lines fewer = some;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(missing));
    const std::string layer = missing == 2 ? "b" : "a";
    const std::string title =
        "image 0, layer " + layer + ", group 0, step 2: tile " + std::to_string(missing % 2);
    const EventDiff first = diff(some, fewer);
    CHECK(first.events == static_cast<long>(missing));
    CHECK(first.report.find(title + "\nis only in A\n") != std::string::npos);
    CHECK(diff(fewer, some).report.find(title + "\nis only in B\n") != std::string::npos);
  }
}

TEST_CASE("a log that ends before the other says where") {
  const EventDiff found = diff(some, {some[0]});
  CHECK(found.place == "B:2");
  CHECK(found.report.find("A:3: " + some[1] + "\nB:2: the log ends here\n") != std::string::npos);
  const EventDiff swapped = diff({some[0]}, some);
  CHECK(swapped.place == "B:3");
  CHECK(swapped.report.find("A:2: the log ends here\nB:3: " + some[1]) != std::string::npos);
}

TEST_CASE("headers that differ are noted and make no difference") {
  const std::string other = R"({"peeksim-events":1,"version":"1","machine":"n","trace":"t.h5"})";
  const EventDiff same = diff(joined(some), joined(some, other));
  CHECK(same.same);
  CHECK(same.report == "note: machine is \"m\" in A, \"n\" in B\nequal: all 3 events\n");
}

TEST_CASE("a file that is not an event log is an error with its file and line") {
  const std::string remedy = "; write the log again with 'peeksim run --events FILE'";
  const std::string not_first = "bad:1: this is not the first line of an event log" + remedy;
  for (const std::string text : {"", "\n", "hello\n", "{}\n", "[1]\n", "\x7f\x45LF\x01\x02"})
    CHECK(fault(text) == not_first);
  CHECK(fault(some[0] + "\n") == not_first);
  CHECK(fault("{\"peeksim-events\":2}\n") == "bad:1: event log of version 2, expected 1" + remedy);
  CHECK(fault("{\"peeksim-events\":\"1\"}\n") ==
        "bad:1: event log of version \"1\", expected 1" + remedy);
}

TEST_CASE("a line that is not an event is an error with its file and line") {
  const auto second_line = [](const std::string& line) {
    const std::string message = fault(joined({tile("a", 0, 1, 2), line}));
    CHECK(message.find("; write the log again") != message.npos);
    return message.substr(0, message.find(';'));
  };
  CHECK(second_line(tile("a", 0, 1, 2).substr(0, 60)) ==
        "bad:3: this is not JSON: cut short or damaged");
  CHECK(second_line("") == "bad:3: this is not JSON: cut short or damaged");
  CHECK(second_line("3") == "bad:3: this is not an event: expected a JSON object");
  CHECK(second_line("{}") == "bad:3: this is not an event: 'image' is missing");
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string line = tile("a", 1, 2, 3);
    line.replace(line.find(from), from.size(), to);
    return second_line(line);
  };
  CHECK(changed(R"("tile")", R"("tail")") ==
        R"(bad:3: this is not an event: unknown event "tail")");
  CHECK(changed(R"("tile")", "7") == "bad:3: this is not an event: 'event' is 7, expected text");
  CHECK(changed(R"("step":2)", R"("step":"2")") ==
        R"(bad:3: this is not an event: 'step' is "2", expected a whole number)");
  CHECK(changed(R"("start":2)", R"("start":2.5)") ==
        "bad:3: this is not an event: 'start' is 2.5, expected a whole number");
  CHECK(changed(R"("macs")", R"("bytes")") == "bad:3: this is not an event: 'macs' is missing");
  CHECK(changed(R"("macs")", R"("more":1,"macs")") ==
        "bad:3: this is not an event: it has keys that no event has");
}

TEST_CASE("a line of a log that is larger than 16 MiB is an error, and a long one is none") {
  const TempFolder files;
  const std::string good = files.write("good", joined(some));
  const std::string blank(15 << 20, ' ');
  std::vector<std::string> padded = some;
  padded.back() += blank;
  CHECK(diff_events(good, files.write("padded", joined(padded))).same);
  padded.back() += blank;
  CHECK(config_error([&] { diff_events(good, files.write("endless", joined(padded))); }, &files) ==
        "endless:4: this line is larger than 16 MiB; write the log again with 'peeksim run "
        "--events FILE'");
  CHECK(config_error([&] {
          diff_events(good, "/dev/zero");
        }).find("/dev/zero:1: this line is larger than 16 MiB; ") == 0);
}

TEST_CASE("a log that is not there is an error") {
  const TempFolder files;
  const std::string good = files.write("good", joined(some));
  CHECK(config_error([&] { diff_events(good, files.path("none")); }, &files) ==
        "none: cannot read this file: No such file or directory; check its name");
  CHECK(config_error([&] { diff_events(files.path(), good); }, nullptr) ==
        files.path() +
            ":1: this is not the first line of an event log; write the log again with "
            "'peeksim run --events FILE'");
}
