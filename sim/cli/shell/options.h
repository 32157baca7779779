// The options of one command: Boost.Program_options with this program's errors and help, and with
// completion in shells. A command describes its options once; help and completion follow from that.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/shell/help.h"

namespace peeksim {

struct Range {
  std::int64_t first = 0, end = 0;  // from first up to, not including, end
};

// The value of an option, by a name that the help shows and that says how a shell completes it
// (value_kinds.h): add()("trace", named("TRACE"), "...").
template <class T = std::string>
boost::program_options::typed_value<T>* named(const char* name) {
  return boost::program_options::value<T>()->value_name(name);
}

class Options {
 public:
  // usage: "peeksim run MACHINE [OPTIONS]"; about: what the command does; example: a command line.
  Options(std::string usage, std::string about, std::string example);

  // Adds options as in Boost: add()("out", named("FOLDER"), "...").
  boost::program_options::options_description_easy_init add() { return described_.add_options(); }

  // A required positional argument, in the order of the calls. `kind`, or else `name`, says how
  // a shell completes it, as the name of an option's value does.
  void positional(const std::string& name, const std::string& meaning,
                  const std::string& kind = "");

  // One or more arguments of one kind, after all others; read with list().
  void positionals(const std::string& name, const std::string& meaning);

  // Parses. Returns false after printing help for --help, candidates for a line that begins with
  // complete_mark, or the sections of a man page for man_page_mark. Throws Error(usage): unknown
  // option, missing value, missing argument; Error(output): a file to write is also one to read.
  bool parse(const std::vector<std::string>& arguments);

  // Throws Error(usage) with these words when an option that a command needs was not given.
  void require(const std::string& name, const std::string& what, const std::string& remedy) const;

  bool has(const std::string& name) const { return values_.count(name) > 0; }
  template <class T>
  T get(const std::string& name) const {
    return values_[name].as<T>();
  }
  // A path or a name. Throws Error(usage) when it is empty.
  std::string text(const std::string& name) const;
  // A count, given as long long. Throws Error(usage) when it is below `min`.
  std::size_t count(const std::string& name, long long min) const;
  // "A:B" with 0 <= A < B; `what` is the unit in messages ("cycle"). Throws Error(usage).
  Range range(const std::string& name, const std::string& what) const;
  // "A,B,C". Throws Error(usage) when one is empty.
  std::vector<std::string> names(const std::string& name) const;
  // The values of a repeatable option or argument; empty when it was not given.
  std::vector<std::string> list(const std::string& name) const;

 private:
  struct Positional {
    std::string name;
    std::string meaning;
    std::string kind;  // a row of value_kinds.h, or none
    bool repeats = false;
  };

  void find_shipped_files();
  void require_separate_files() const;
  std::vector<HelpRow> rows() const;
  std::string help() const;
  std::string man() const;
  std::string see_help() const;  // "see 'peeksim run --help'"
  // The option with this name, as "--out" or "-o", or nullptr.
  const boost::program_options::option_description* find(const std::string& word) const;
  // What may replace the last of `words`. REQUIRES: there is one.
  std::string candidates(const std::vector<std::string>& words) const;

  std::string usage_, about_, example_;
  std::vector<Positional> positionals_;
  boost::program_options::options_description described_;
  boost::program_options::variables_map values_;
};

// Adds --scope, of commands that read a sweep.
void add_scope(Options& options);

// Adds --earlier, for commands that rank or show the points of a sweep.
void add_earlier(Options& options);

}  // namespace peeksim
