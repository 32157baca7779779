#include "sim/cli/options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iostream>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/suggest.h"

namespace po = boost::program_options;

namespace peeksim {

Options::Options(std::string usage, std::string about, std::string example)
    : usage_(std::move(usage)), about_(std::move(about)), example_(std::move(example)) {
  add()("help,h", "print this help");
}

void Options::positional(const std::string& name, const std::string& meaning) {
  positionals_.push_back({name, meaning});
}

void Options::positionals(const std::string& name, const std::string& meaning) {
  positionals_.push_back({name, meaning, true});
}

std::string Options::help() const {
  std::ostringstream out;
  out << "usage: " << usage_ << "\n\n" << about_ << "\n\n";
  for (const Positional& argument : positionals_)
    out << "  " << argument.name << ": " << argument.meaning << "\n";
  if (!positionals_.empty()) out << "\n";
  out << described_ << "\nexample: " << example_ << "\n";
  return out.str();
}

std::string Options::see_help() const {
  std::istringstream words(usage_);
  std::string command;
  for (std::string word; words >> word && std::islower(static_cast<unsigned char>(word[0])) != 0;)
    command += word + " ";
  return "see '" + command + "--help'";
}

bool Options::parse(const std::vector<std::string>& arguments) {
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
  return true;
}

std::size_t Options::whole(const std::string& name, long long least) const {
  const auto number = get<long long>(name);
  if (number < least)
    throw Error(ErrorKind::usage, "", "--" + name + " is " + std::to_string(number),
                "give a whole number from " + std::to_string(least));
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
  options.add()("scope", po::value<std::string>()->default_value("network"),
                "over which layers: network, convolutions, predicted_layers, streamed_layers");
}

}  // namespace peeksim
