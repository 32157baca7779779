#include "sim/cli/shell/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace peeksim {

namespace {

constexpr std::size_t default_width = 80;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::size_t terminal_width(int file) {
  if (::isatty(file) == 0) return 0;
  const long columns = std::strtol(variable("COLUMNS").c_str(), nullptr, 10);
  if (columns > 0) return static_cast<std::size_t>(columns);
  winsize size{};
  if (::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return default_width;
}

bool colors_wanted(int file) {
  const std::string terminal = variable("TERM");
  return ::isatty(file) != 0 && variable("NO_COLOR").empty() && !terminal.empty() &&
         terminal != "dumb";
}

ScreenStyle screen_style() {
  ScreenStyle style;
  style.width = terminal_width(STDOUT_FILENO);
  style.bars = style.width > 0;
  style.colors = colors_wanted(STDOUT_FILENO);
  return style;
}

}  // namespace peeksim
