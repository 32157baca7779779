// What a YAML document may look like, and that writing one undoes reading it.
#include <doctest/doctest.h>

#include "sim/config/read_yaml.h"
#include "sim/config/to_yaml.h"
#include "sim/config/value.h"
#include "tests/support/config_error.h"
#include "tests/support/error_message.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace {

std::string refusal(const std::string& text) {
  return config_error([&] { parse_yaml(text, "m.yaml"); });
}

}  // namespace

TEST_CASE("values know their file, line and dotted key") {
  const Value file = parse_yaml("a: 1\nb:\n  c:\n    - 1\n    - {d: 2}\n", "m.yaml");
  const Value& list = *file.find("b")->find("c");
  CHECK(file.find("a")->where().text() == "m.yaml:1: a");
  CHECK(list.where().text() == "m.yaml:3: b.c");
  CHECK(list.items()[0].where().text() == "m.yaml:4: b.c[0]");
  CHECK(list.items()[1].find("d")->where().text() == "m.yaml:5: b.c[1].d");
  CHECK(file.find("e") == nullptr);
}

TEST_CASE("duplicate keys are refused at any depth, with both lines") {
  CHECK(refusal("a: 1\nb: 2\na: 3\n") ==
        "m.yaml:3: a: duplicate key, first on line 1; keep one of them");
  CHECK(refusal("a:\n  b: 1\n  b: 1\n").find("m.yaml:3: a.b: duplicate key") == 0);
  CHECK(refusal("{a: 1, \"a\": 2}").find("duplicate key") != std::string::npos);
}

TEST_CASE("anchors, aliases, merge keys and tags are refused") {
  CHECK(refusal("a: &x 1\n").find("anchor") != std::string::npos);
  CHECK(refusal("a: &x {b: 1}\nc: *x\n").find("anchor") != std::string::npos);
  CHECK(refusal("a: *x\n").find("m.yaml:1") == 0);
  CHECK(refusal("<<: {b: 1}\n").find("merge keys") != std::string::npos);
  CHECK(refusal("a: !!int 1\n").find("tag") != std::string::npos);
  CHECK(refusal("a: !mine [1]\n").find("tag") != std::string::npos);
}

TEST_CASE("keys are plain names") {
  CHECK(refusal("[a, b]: 1\n").find("list or map as a key") != std::string::npos);
  CHECK(refusal("{{a: 1}: 1}\n").find("list or map as a key") != std::string::npos);
  CHECK(refusal("~: 1\n").find("an empty key") != std::string::npos);
}

TEST_CASE("one file is one document with something in it") {
  CHECK(refusal("a: 1\n---\nb: 2\n").find("m.yaml:2: found a second document") == 0);
  CHECK(refusal("").find("m.yaml: nothing is written here") == 0);
  CHECK(refusal("# only a comment\n").find("nothing is written here") != std::string::npos);
  CHECK(parse_yaml("---\na: 1\n...\n", "m.yaml").find("a")->text() == "1");
}

TEST_CASE("a syntax error names its line") {
  CHECK(refusal("a: 1\nb: [1, 2\nc: 3\n").find("not valid YAML") != std::string::npos);
  CHECK(refusal("a: 1\n\tb: 2\n").find("m.yaml:2") == 0);
  CHECK(refusal("a: 'open\n").find("m.yaml:1: a: found a quote that is not closed") == 0);
  CHECK(refusal("a: \"open\nb: 1\n").find("m.yaml:1: a: found a quote that is not closed") == 0);
  CHECK(refusal("a: 'it''s\nb: 1\n").find("m.yaml:1: a: found a quote that is not closed") == 0);
  CHECK(refusal("{a: 1, \"b\\\": 1}\n") != "no error");
  CHECK(refusal("[1, 2").find("open bracket") != std::string::npos);
  CHECK(refusal(std::string(5000, '[')).find("m.yaml:1: ") == 0);
}

TEST_CASE("a missing file, a folder and an empty file are refused by name") {
  const TempFolder folder;
  const auto error = [&](const std::string& name) {
    return config_error([&] { read_yaml(folder.path(name)); }, &folder);
  };
  folder.write("empty.yaml", "");
  folder.write("sub/a.yaml", "a: 1");
  CHECK(error("none.yaml").find("none.yaml: cannot read this file") == 0);
  CHECK(error("sub").find("sub: is a folder") == 0);
  CHECK(error("empty.yaml").find("empty.yaml: nothing is written here") == 0);
  CHECK(read_yaml(folder.path("sub/a.yaml")).find("a")->text() == "1");
}

TEST_CASE("JSON is read as well") {
  const Value file = parse_yaml("{\"a\":[1,2.5,\"never\"],\n \"b\": {}}", "t.json");
  CHECK(file.find("a")->items()[1].number() == 2.5);
  CHECK(file.find("a")->items()[2].text() == "never");
  CHECK(file.find("b")->entries().empty());
}

TEST_CASE("an override's value is named by its key, not by a line") {
  CHECK(parse_yaml("[3, x]", "--set", "prediction.window").items()[1].where().text() ==
        "--set: prediction.window[1]");
  CHECK(config_error([] { parse_yaml("", "--set", "name"); }).find("--set: name: nothing") == 0);
}

TEST_CASE("a written tree reads back as itself") {
  const std::string text =
      "name: x\n"
      "empty: {}\n"
      "none: []\n"
      "group:\n"
      "  flag: true\n"
      "  pairs: [[0, 0], [1, 1]]\n"
      "  maps:\n"
      "    - match: \"*\"\n"
      "      inner:\n"
      "        deep: -1.5\n"
      "    - match: \"kind:fc\"\n"
      "last: 256 KiB\n";
  CHECK(to_yaml(parse_yaml(text, "m.yaml")) == text);
}

TEST_CASE("every text survives writing and reading") {
  for (const std::string text :
       {"",     " ",    "a b",  " a",        "a ",          "null",
        "~",    "*",    "- x",  "-5",        "a: b",        "a #b",
        "[x]",  "{",    "\"",   "it's",      "say \"x\"",   "\\",
        "'",    "a\nb", "a\tb", "\x01",      "caf\xc3\xa9", "fire2/expand1x1",
        "!tag", "&a",   "?",    "%",         "@",           "`",
        ",",    "---",  "<<x",  "kind:conv", "features.0",  "0x10",
        "a  b"}) {
    INFO(text);
    const Value map =
        Value::map({{text.empty() ? "k" : text, Value::scalar(text)},
                    {"list", Value::list({Value::scalar(text), Value::quoted(text)})}});
    const Value back = parse_yaml(to_yaml(map), "m.yaml");
    CHECK(back.entries()[0].first == map.entries()[0].first);
    CHECK(back.entries()[0].second.text() == text);
    CHECK(back.find("list")->items()[0].text() == text);
    CHECK(back.find("list")->items()[1].is_quoted());
  }
}

TEST_CASE("a file is read as it is now, however often it was read before") {
  const TempFolder folder;
  const std::string path = folder.path("m.yaml");
  for (const std::string number : {"1", "2", "2", "1"}) {
    folder.write("m.yaml", "a: " + number + "\n");
    const Value file = read_yaml(path);
    CHECK(file.find("a")->text() == number);
    CHECK(file.find("a")->where().text() == path + ":1: a");
  }
  folder.write("m.yaml", "a: [\n");
  CHECK(contains(config_error([&] { read_yaml(path); }), "not valid YAML"));
  for (int i = 0; i < 200; ++i) {  // more than are kept
    const std::string name = std::to_string(i) + ".yaml";
    folder.write(name, "a: " + std::to_string(i) + "\n");
    CHECK(read_yaml(folder.path(name)).find("a")->text() == std::to_string(i));
  }
}

TEST_CASE("a pattern that begins with a star, and a tab, are told from other mistakes") {
  for (const char* text : {"exclude: [*dw*]\n", "exclude:\n  - *conv\n", "exclude: [a*, *]\n"})
    CHECK(refusal(text).find("; quote a text that begins with * or &, as in \"*dw*\"") !=
          std::string::npos);
  for (const char* text : {"a:\n\tb: 1\n", "a:\tb: 1\n"})
    CHECK(refusal(text).find("; use blanks instead of tabs") != std::string::npos);
  CHECK(refusal("a: 1\nb: [1, 2\nc: 3\n").find("; correct the syntax") != std::string::npos);
}
