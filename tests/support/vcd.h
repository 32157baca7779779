// Reads a VCD file as a viewer does. What is not VCD fails the test.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "sim/base/units.h"

namespace peeksim {

class Vcd {
 public:
  explicit Vcd(const std::string& text) : in_(text) {
    std::string word;
    while (in_ >> word && word != "$enddefinitions") header(word);
    REQUIRE(has_timescale_);
    REQUIRE(word == "$enddefinitions");
    expect("$end");
    REQUIRE(path_.empty());
    while (in_ >> word) body(word);
  }

  Cycle first() const { return first_; }
  Cycle last() const { return now_; }
  // Full names: "peeksim.dram.load".
  const std::set<std::string>& scopes() const { return scopes_; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : ids_) names.push_back(entry.first);
    return names;
  }
  const std::string& type(const std::string& name) const { return types_.at(id_of(name)); }

  // What a variable shows: a bit as 0 or 1, a vector in binary, a real in decimal.
  std::string at(const std::string& name, Cycle cycle) const {
    const auto& changes = changes_.at(id_of(name));
    const auto after = changes.upper_bound(cycle);
    REQUIRE(after != changes.begin());
    return std::prev(after)->second;
  }
  double number(const std::string& name, Cycle cycle) const {
    const std::string text = at(name, cycle);
    return type(name) == "real" ? std::stod(text)
                                : static_cast<double>(std::stoull(text, nullptr, 2));
  }
  // Its values and when each begins: "z@0 0@19". Integers in decimal.
  std::string history(const std::string& name) const {
    std::ostringstream text;
    for (const auto& [cycle, value] : changes_.at(id_of(name))) {
      text << (text.tellp() > 0 ? " " : "");
      if (type(name) == "integer" && value != "z")
        text << std::stoll(value, nullptr, 2) << "@" << cycle;
      else
        text << value << "@" << cycle;
    }
    return text.str();
  }
  // The cycles in which a bit is 1: "19-27 33-41", ends not included.
  std::string high(const std::string& name) const {
    std::ostringstream text;
    bool up = false;
    for (const auto& [cycle, value] : changes_.at(id_of(name))) {
      if (value == "1") text << (text.tellp() > 0 ? " " : "") << cycle;
      if (value == "0" && up) text << "-" << cycle;
      up = value == "1";
    }
    if (up) text << "-" << last();
    return text.str();
  }
  Cycle cycles_high(const std::string& name) const {
    Cycle sum = 0, since = -1;
    for (const auto& [cycle, value] : changes_.at(id_of(name))) {
      if (since >= 0) sum += cycle - since;
      since = value == "1" ? cycle : -1;
    }
    return since >= 0 ? sum + last() - since : sum;
  }
  // How many values begin in a cycle.
  int changes_in(Cycle cycle) const {
    int count = 0;
    for (const auto& entry : changes_) count += static_cast<int>(entry.second.count(cycle));
    return count;
  }

 private:
  const std::string& id_of(const std::string& name) const {
    CAPTURE(name);
    REQUIRE(ids_.count(name) == 1);
    return ids_.at(name);
  }

  void expect(const std::string& wanted) {
    std::string word;
    in_ >> word;
    REQUIRE(word == wanted);
  }

  void header(const std::string& word) {
    std::string part;
    if (word == "$timescale") {
      expect("1"), expect("ns"), expect("$end");
      has_timescale_ = true;
    } else if (word == "$comment") {
      while (part != "$end") REQUIRE(static_cast<bool>(in_ >> part));
    } else if (word == "$scope") {
      expect("module");
      in_ >> part;
      path_.push_back(part);
      scopes_.insert(prefix());
      expect("$end");
    } else if (word == "$upscope") {
      REQUIRE_FALSE(path_.empty());
      path_.pop_back();
      expect("$end");
    } else {
      REQUIRE(word == "$var");
      std::string type, width, id, name;
      in_ >> type >> width >> id >> name;
      while (part != "$end") REQUIRE(static_cast<bool>(in_ >> part));
      const std::string full = prefix() + "." + name;
      REQUIRE(ids_.emplace(full, id).second);
      REQUIRE(types_.emplace(id, type).second);
      widths_[id] = std::stoul(width);
    }
  }

  std::string prefix() const {
    std::string text;
    for (const std::string& part : path_) text += (text.empty() ? "" : ".") + part;
    return text;
  }

  void body(const std::string& word) {
    if (word[0] == '#') {
      const Cycle cycle = std::stoll(word.substr(1));
      if (first_ < 0) first_ = cycle;
      REQUIRE(cycle > now_);
      now_ = cycle;
    } else if (word == "$dumpvars" || word == "$end") {
      REQUIRE((word == "$dumpvars") == !dumping_);
      REQUIRE(first_ >= 0);
      dumping_ = !dumping_;
      if (!dumping_) REQUIRE(changes_.size() == ids_.size());
    } else if (word[0] == 'b' || word[0] == 'r') {
      std::string id;
      in_ >> id;
      if (word[0] == 'b') REQUIRE(word.size() - 1 <= widths_.at(id));
      note(id, word.substr(1));
    } else {
      REQUIRE((word[0] == '0' || word[0] == '1'));
      REQUIRE(widths_.at(word.substr(1)) == 1);
      note(word.substr(1), word.substr(0, 1));
    }
  }

  void note(const std::string& id, const std::string& value) {
    REQUIRE(types_.count(id) == 1);
    auto& changes = changes_[id];
    if (!changes.empty()) REQUIRE(std::prev(changes.end())->second != value);
    REQUIRE(changes.emplace(now_, value).second);
  }

  std::istringstream in_;
  std::vector<std::string> path_;
  std::set<std::string> scopes_;
  std::map<std::string, std::string> ids_, types_;  // name -> id -> type
  std::map<std::string, std::size_t> widths_;
  std::map<std::string, std::map<Cycle, std::string>> changes_;  // of an id
  Cycle first_ = -1, now_ = -1;
  bool has_timescale_ = false, dumping_ = false;
};

}  // namespace peeksim
