// muParser knows only numbers: true and false become 1 and 0, and each word (a name of a policy or
// pattern) becomes a number of its own, so that == and != compare them.
#include "sim/sweep/design/expression.h"

#include <muParser.h>

#include <cmath>
#include <map>

#include "sim/base/suggest.h"
#include "sim/config/machine_keys.h"
#include "sim/config/parameter_keys.h"

namespace peeksim {

namespace {

constexpr const char* name_letters =
    "0123456789_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

double logical_not(double value) {
  return value == 0 ? 1 : 0;
}

template <int power>
double binary_unit(double value) {
  return value * static_cast<double>(std::int64_t{1} << power);
}

// Those of sizes in machine files.
const std::pair<const char*, double (*)(double)> units[] = {
    {"KiB", binary_unit<10>}, {"MiB", binary_unit<20>}, {"GiB", binary_unit<30>}};

// The parser would take `array.rows = 8` as an assignment with the result 8, which is true.
bool assigns(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') continue;
    if (i + 1 < text.size() && text[i + 1] == '=')
      ++i;
    else if (i == 0 || std::string("<>!").find(text[i - 1]) == std::string::npos)
      return true;
  }
  return false;
}

}  // namespace

struct Expression::Impl {
  Value text;
  mu::Parser parser;
  std::map<std::string, double> words;      // of all keys, each with its number
  std::map<std::string, double> variables;  // the parser holds pointers to the values
  std::map<std::string, MachineKey> keys;   // those among the variables

  // The number of a word, known or new.
  double word(const std::string& name) {
    return words.emplace(name, -1000001.0 - static_cast<double>(words.size())).first->second;
  }

  double number(const Value& value) {
    if (!value.is_scalar())
      text.fail("a key in it is a list or a map, which compares with nothing",
                "use keys that are one number or one word");
    if (value.is_quoted()) return word(value.text());
    if (value.text() == "true") return 1;
    if (value.text() == "false") return 0;
    try {
      return value.number();
    } catch (const Error&) {
      return word(value.text());
    }
  }

  void add_variables(const Vocabulary& vocabulary);
};

void Expression::Impl::add_variables(const Vocabulary& vocabulary) {
  std::vector<std::string> known;
  for (const MachineKey& key : machine_keys(vocabulary)) known.push_back(key.path);
  std::vector<std::string> used;  // a copy: defining a variable changes the parser's list
  for (const auto& variable : parser.GetUsedVar()) used.push_back(variable.first);
  for (const std::string& name : used) {
    if (const auto key = find_machine_key(name, vocabulary))
      keys.emplace(name, *key);
    else if (words.count(name) == 0)
      text.fail("'" + name + "' is no key of a machine", suggest(name, known));
    const auto found = words.find(name);
    variables[name] = found == words.end() ? 0 : found->second;
    parser.DefineVar(name, &variables[name]);
  }
}

Expression::Expression(const Value& text, const Vocabulary& vocabulary)
    : impl_(std::make_unique<Impl>()) {
  impl_->text = text;
  if (assigns(text.text())) text.fail("sets a key with '='", "write '==' to compare");
  for (const MachineKey& key : machine_keys())
    for (const Choice& choice : choices_of(key, vocabulary)) impl_->word(choice.name);
  for (const auto& [name, value] : {std::pair<std::string, double>{"true", 1}, {"false", 0}})
    impl_->words[name] = value;
  try {
    impl_->parser.DefineNameChars(name_letters);
    impl_->parser.DefineInfixOprt("!", logical_not);
    for (const auto& [unit, bytes] : units) impl_->parser.DefinePostfixOprt(unit, bytes);
    impl_->parser.SetExpr(text.text());
    impl_->add_variables(vocabulary);
    impl_->parser.Eval();
  } catch (const mu::ParserError& error) {
    text.fail("is no expression: " + error.GetMsg(),
              "for example array.rows * array.cols == 256 && array.dispatch != gate");
  }
}

Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;

double Expression::value(const MachineSpec& machine) const {
  for (const auto& [name, key] : impl_->keys)
    impl_->variables[name] = impl_->number(key.show(machine));
  double result = 0;
  try {
    result = impl_->parser.Eval();
  } catch (const mu::ParserError& error) {
    impl_->text.fail("cannot be computed: " + error.GetMsg());
  }
  if (!std::isfinite(result))
    impl_->text.fail("is no number for one of the machines", "does it divide by 0?");
  return result;
}

}  // namespace peeksim
