// The only file that includes yaml-cpp. Uses its parser's events, not its nodes: a node tree has
// lost duplicate keys, aliases and tags.
#include "sim/config/read_yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>

#include "sim/base/text_file.h"

namespace peeksim {

namespace {

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& text, std::string file, std::string key)
      : file_(std::move(file)), root_(std::move(key)) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) lines_.push_back(line);
  }

  const std::optional<Value>& tree() const { return tree_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (tree_) fail(mark, "a second document", "keep one document per file");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    if (expects_key()) fail(mark, "an empty key", "give every value a name");
    add(Value::nothing(place(mark)));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (tag == "!") require_closed_quote(mark);
    if (expects_key()) return open_key(mark, text);
    add(tag == "!" ? Value::quoted(text, place(mark)) : Value::scalar(text, place(mark)));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::Kind::map);
  }
  void OnMapEnd() override { close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "an alias (*)", "write the value out");
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    fail(mark, "an anchor (&)", "write the value out where it is needed");
  }

 private:
  // A list or map that is being read; `key` is the map's key whose value comes next.
  struct Open {
    Value::Kind kind;
    Location where;
    std::vector<Value> items = {};
    std::vector<std::pair<std::string, Value>> entries = {};
    std::map<std::string, int> lines = {};  // of the map's keys so far
    std::optional<std::pair<std::string, Location>> key = std::nullopt;
  };

  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what,
                         const std::string& remedy) const {
    throw Error(ErrorKind::config, place(mark), "found " + what + ", which is not accepted",
                remedy);
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) fail(mark, "an anchor (&)", "write the value out");
  }

  // yaml-cpp marks plain text with "?" and quoted text with "!".
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") fail(mark, "the tag " + tag, "remove it");
  }

  // yaml-cpp 0.7 takes a quote that is never closed for one that ends with the file, and so would
  // silently turn all keys after it into text. Quoted text ends on the line where it begins.
  void require_closed_quote(const YAML::Mark& mark) const {
    const std::string& line = lines_.at(static_cast<std::size_t>(mark.line));
    std::size_t at = static_cast<std::size_t>(mark.column);
    const char quote = at < line.size() ? line[at] : '\0';
    if (quote != '"' && quote != '\'') return;  // a plain scalar with the tag "!"
    for (++at; at < line.size(); ++at) {
      if (line[at] == '\\' && quote == '"') {
        ++at;
      } else if (line[at] == quote) {
        if (quote == '"' || at + 1 == line.size() || line[at + 1] != quote) return;
        ++at;
      }
    }
    fail(mark, "a quote that is not closed on its line", "close it");
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().kind == Value::Kind::map && !open_.back().key;
  }

  // The location of the next value: that of its key if it has one, since a missing value has no
  // line.
  Location place(const YAML::Mark& mark) const {
    const int line = root_.empty() ? mark.line + 1 : 0;
    if (open_.empty()) return {file_, line, root_};
    const Open& parent = open_.back();
    if (parent.key) return parent.key->second;
    if (parent.kind == Value::Kind::map) return {file_, line, parent.where.key};
    return {file_, line, parent.where.key + "[" + std::to_string(parent.items.size()) + "]"};
  }

  void open_key(const YAML::Mark& mark, const std::string& key) {
    Location where = place(mark);
    where.key += (where.key.empty() ? "" : ".") + key;
    if (key == "<<")
      throw Error(ErrorKind::config, where, "merge keys are not accepted",
                  "write the keys out, or use extends");
    const auto [first, is_new] = open_.back().lines.emplace(key, where.line);
    if (!is_new) {
      const int line = first->second;
      throw Error(ErrorKind::config, where,
                  "duplicate key" + (line > 0 ? ", first on line " + std::to_string(line) : ""),
                  "keep one of them");
    }
    open_.back().key = {key, where};
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Value::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (expects_key())
      fail(mark, "a list or map as a key, or an open bracket",
           "use plain names as keys and close every bracket");
    open_.push_back({kind, place(mark)});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(done.kind == Value::Kind::list ? Value::list(std::move(done.items), done.where)
                                       : Value::map(std::move(done.entries), done.where));
  }

  void add(Value value) {
    if (open_.empty()) {
      tree_ = std::move(value);
      return;
    }
    Open& parent = open_.back();
    if (parent.kind == Value::Kind::list) {
      parent.items.push_back(std::move(value));
    } else {
      parent.entries.emplace_back(parent.key->first, std::move(value));
      parent.key.reset();
    }
  }

  std::string file_;
  std::string root_;
  std::vector<std::string> lines_;
  std::vector<Open> open_;
  std::optional<Value> tree_;
};

// The files that were parsed last. A batch reads the same few for each of its requests, and parsing
// them would take longer than simulating a small layer. Files whose text has changed are parsed.
class ParsedFiles {
 public:
  const Value& parse(const std::string& path, std::string text) {
    const auto known = files_.find(path);
    if (known != files_.end() && known->second.text == text) return known->second.tree;
    Value tree = parse_yaml(text, path);
    if (files_.size() >= max_files) files_.clear();
    File& file = files_[path];
    file = {std::move(text), std::move(tree)};
    return file.tree;
  }

 private:
  static constexpr std::size_t max_files = 64;

  struct File {
    std::string text;
    Value tree;
  };
  std::map<std::string, File> files_;
};

// What people get wrong without knowing that it is syntax.
std::string remedy_for(const YAML::Exception& error, const std::string& text) {
  const bool alias =
      error.msg.find("anchor") != std::string::npos || error.msg.find("alias") != std::string::npos;
  if (alias) return "quote a text that begins with * or &, as in \"*dw*\"";
  std::istringstream lines(text);
  std::string line;
  for (int number = 0; number <= error.mark.line && std::getline(lines, line); ++number) {
  }
  return line.find('\t') != std::string::npos ? "use blanks instead of tabs" : "correct the syntax";
}

}  // namespace

Value parse_yaml(const std::string& text, const std::string& file, const std::string& key) {
  TreeBuilder builder(text, file, key);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const int line = key.empty() && !error.mark.is_null() ? error.mark.line + 1 : 0;
    throw Error(ErrorKind::config, Location{file, line, key}, "not valid YAML: " + error.msg,
                remedy_for(error, text));
  }
  if (!builder.tree() || builder.tree()->is_null()) {
    throw Error(ErrorKind::config, Location{file, 0, key}, "nothing is written here",
                key.empty() ? "write at least one key" : "write a value after the '='");
  }
  return *builder.tree();
}

Value read_yaml(const std::string& path) {
  static ParsedFiles parsed;
  return parsed.parse(path, read_text_file(path));
}

}  // namespace peeksim
