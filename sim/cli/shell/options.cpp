#include "sim/cli/shell/options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iostream>
#include <sstream>

#include "sim/base/data_folder.h"
#include "sim/base/error.h"
#include "sim/base/paths.h"
#include "sim/base/suggest.h"
#include "sim/cli/shell/completion.h"
#include "sim/cli/shell/help.h"
#include "sim/cli/shell/man_page.h"
#include "sim/cli/shell/value_kinds.h"

namespace po = boost::program_options;

namespace peeksim {

namespace {

bool takes_value(const po::option_description& option) {
  return option.semantic()->max_tokens() > 0;
}

// Boost has "NAME", or "NAME (=default)".
std::string value_name(const po::option_description& option) {
  const std::string name = option.semantic()->name();
  return name.substr(0, name.find(" (="));
}

std::string default_of(const po::option_description& option) {
  const std::string name = option.semantic()->name();
  const std::size_t start = name.find(" (=");
  return start == std::string::npos ? "" : name.substr(start + 3, name.size() - start - 4);
}

// "-q", or "" for an option that has none. Boost has "-q [ --quiet ]".
std::string short_name(const po::option_description& option) {
  const std::string names = option.format_name();
  return names.rfind("--", 0) == 0 ? "" : names.substr(0, names.find(' '));
}

// Whether an option names a file that the command replaces; databases are added to.
bool is_written(const po::option_description& option) {
  const std::string kind = value_name(option);
  return kind == "FILE" || (option.long_name() == "output" && kind != "DB");
}

HelpRow help_row(const po::option_description& option) {
  const std::string brief = short_name(option);
  HelpRow row = {(brief.empty() ? "" : brief + ", ") + "--" + option.long_name(),
                 option.description()};
  if (takes_value(option)) row.term += " " + value_name(option);
  if (!default_of(option).empty()) row.meaning += "; default: " + default_of(option);
  return row;
}

}  // namespace

Options::Options(std::string usage, std::string about, std::string example)
    : usage_(std::move(usage)), about_(std::move(about)), example_(std::move(example)) {
  add()("help,h", "print this help");
}

void Options::positional(const std::string& name, const std::string& meaning,
                         const std::string& kind) {
  positionals_.push_back({name, meaning, kind.empty() ? name : kind});
}

void Options::positionals(const std::string& name, const std::string& meaning) {
  positionals_.push_back({name, meaning, name, true});
}

std::vector<HelpRow> Options::rows() const {
  std::vector<HelpRow> rows;
  for (const Positional& argument : positionals_) rows.push_back({argument.name, argument.meaning});
  for (const auto& option : described_.options()) rows.push_back(help_row(*option));
  return rows;
}

std::string Options::help() const {
  return "usage: " + usage_ + "\n\n" + help_text(about_ + "\n") + "\n" + help_rows(rows()) + "\n" +
         help_example(example_ + "\n");
}

std::string Options::man() const {
  return man_text("SYNOPSIS", usage_) + man_text("DESCRIPTION", about_) +
         man_rows("OPTIONS", rows()) + man_lines("EXAMPLE", {example_});
}

std::string Options::candidates(const std::vector<std::string>& words) const {
  const std::string& current = words.back();
  std::vector<std::string> given;
  std::size_t arguments = 0;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const po::option_description* option = find(words[i]);
    arguments += option == nullptr;
    if (option == nullptr) continue;
    given.push_back(option->long_name());
    if (takes_value(*option) && ++i + 1 == words.size())
      return value_candidates(value_name(*option), current);
  }
  const bool none_left =
      arguments >= positionals_.size() && (positionals_.empty() || !positionals_.back().repeats);
  if (current.rfind('-', 0) != 0 && !none_left)
    return value_candidates(positionals_[std::min(arguments, positionals_.size() - 1)].kind,
                            current);
  std::vector<HelpRow> rows;
  for (const auto& option : described_.options()) {
    const bool again = std::find(given.begin(), given.end(), option->long_name()) == given.end() ||
                       option->semantic()->is_composing();
    if (again) rows.push_back({"--" + option->long_name(), option->description()});
  }
  return word_candidates(rows, current);
}

const po::option_description* Options::find(const std::string& word) const {
  for (const auto& option : described_.options())
    if (word == "--" + option->long_name() || word == short_name(*option)) return option.get();
  return nullptr;
}

std::string Options::see_help() const {
  std::istringstream words(usage_);
  std::string command;
  for (std::string word; words >> word && std::islower(static_cast<unsigned char>(word[0])) != 0;)
    command += word + " ";
  return "see '" + command + "--help'";
}

bool Options::parse(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] == complete_mark) {
    std::cout << candidates({arguments.begin() + 1, arguments.end()});
    return false;
  }
  if (!arguments.empty() && arguments[0] == man_page_mark) {
    std::cout << man();
    return false;
  }
  po::options_description all;
  all.add(described_);
  po::positional_options_description order;
  for (const Positional& argument : positionals_) {
    if (argument.repeats)
      all.add_options()(argument.name.c_str(), po::value<std::vector<std::string>>());
    else
      all.add_options()(argument.name.c_str(), po::value<std::string>());
    order.add(argument.name.c_str(), argument.repeats ? -1 : 1);
  }
  try {
    // No guessing: an abbreviation that works today would be ambiguous tomorrow.
    const int style = po::command_line_style::unix_style ^ po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(all).positional(order).style(style).run(),
              values_);
    po::notify(values_);  // fills the variables that options were bound to
  } catch (const po::unknown_option& error) {
    std::vector<std::string> known;
    for (const auto& option : described_.options()) known.push_back("--" + option->long_name());
    throw Error(ErrorKind::usage, "", "unknown option '" + error.get_option_name() + "'",
                suggest(error.get_option_name(), known));
  } catch (const po::error& error) {
    throw Error(ErrorKind::usage, "", error.what(), see_help());
  }
  if (has("help")) {
    std::cout << help();
    return false;
  }
  for (const Positional& argument : positionals_)
    if (!has(argument.name))
      throw Error(ErrorKind::usage, "", "missing argument " + argument.name, see_help());
  find_shipped_files();
  require_separate_files();
  return true;
}

// Replaces the paths of input files that are not here, and are shipped.
void Options::find_shipped_files() {
  const auto find = [this](const std::string& name, const std::string& kind_name) {
    const ValueKind* kind = find_value_kind(kind_name);
    if (kind == nullptr || !kind->shipped || !has(name)) return;
    auto& given = values_.at(name).value();
    if (auto* path = boost::any_cast<std::string>(&given)) *path = input_file(*path);
    if (auto* paths = boost::any_cast<std::vector<std::string>>(&given))
      for (std::string& path : *paths) path = input_file(path);
  };
  for (const Positional& argument : positionals_) find(argument.name, argument.kind);
  for (const auto& option : described_.options())
    if (!is_written(*option)) find(option->long_name(), value_name(*option));
}

// With --force, a file would be replaced by what was made of it.
void Options::require_separate_files() const {
  std::vector<std::string> inputs, outputs;
  for (const Positional& argument : positionals_) {
    const ValueKind* kind = find_value_kind(argument.kind);
    if (kind == nullptr || !kind->files) continue;
    const std::vector<std::string> given =
        argument.repeats ? list(argument.name) : std::vector{get<std::string>(argument.name)};
    inputs.insert(inputs.end(), given.begin(), given.end());
  }
  for (const auto& option : described_.options()) {
    const ValueKind* kind = find_value_kind(value_name(*option));
    if (kind == nullptr || !kind->files || !has(option->long_name())) continue;
    (is_written(*option) ? outputs : inputs).push_back(get<std::string>(option->long_name()));
  }
  for (const std::string& output : outputs)
    for (const std::string& input : inputs)
      if (same_file(output, input))
        throw Error(ErrorKind::output, output, "is also read, as " + input, "name another file");
}

void Options::require(const std::string& name, const std::string& what,
                      const std::string& remedy) const {
  if (!has(name)) throw Error(ErrorKind::usage, "", what, remedy);
}

std::size_t Options::count(const std::string& name, long long min) const {
  const auto number = get<long long>(name);
  if (number < min)
    throw Error(ErrorKind::usage, "", "--" + name + " is " + std::to_string(number),
                "give a whole number from " + std::to_string(min));
  return static_cast<std::size_t>(number);
}

std::string Options::text(const std::string& name) const {
  const std::string text = get<std::string>(name);
  const bool named = std::any_of(positionals_.begin(), positionals_.end(),
                                 [&](const Positional& argument) { return argument.name == name; });
  if (text.empty())
    throw Error(ErrorKind::usage, "", (named ? "" : "--") + name + " is empty", see_help());
  return text;
}

Range Options::range(const std::string& name, const std::string& what) const {
  const auto given = get<std::string>(name);
  Range range;
  const char* const end = given.data() + given.size();
  const auto first = std::from_chars(given.data(), end, range.first);
  const bool colon = first.ec == std::errc() && first.ptr != end && *first.ptr == ':';
  const auto last = colon ? std::from_chars(first.ptr + 1, end, range.end) : first;
  if (!colon || last.ec != std::errc() || last.ptr != end || range.first < 0 ||
      range.end <= range.first)
    throw Error(
        ErrorKind::usage, "", "--" + name + " is '" + given + "', not " + what + "s A:B",
        "expected A:B with 0 <= A < B: from " + what + " A up to, not including, " + what + " B");
  return range;
}

std::vector<std::string> Options::names(const std::string& name) const {
  std::vector<std::string> names(1);
  for (const char c : text(name)) {
    if (c == ',')
      names.emplace_back();
    else
      names.back() += c;
  }
  if (std::find(names.begin(), names.end(), "") != names.end())
    throw Error(ErrorKind::usage, "", "--" + name + " has an empty name", see_help());
  return names;
}

std::vector<std::string> Options::list(const std::string& name) const {
  return has(name) ? get<std::vector<std::string>>(name) : std::vector<std::string>();
}

void add_scope(Options& options) {
  options.add()("scope", named("SCOPE")->default_value("network"),
                "over which layers: network, convolutions, predicted_layers, streamed_layers");
}

void add_earlier(Options& options) {
  options.add()("earlier",
                "points of earlier plans too, which the latest sweep file does not have");
}

}  // namespace peeksim
