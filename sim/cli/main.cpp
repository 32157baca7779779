// The only place that turns an error into an exit code.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <iostream>
#include <new>
#include <stdexcept>

#include "sim/base/error.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/heap.h"
#include "sim/cli/shell/session.h"
#include "sim/cli/shell/terminal.h"
#include "sim/cli/shell/utf8_output.h"

// Debian's SystemC library calls it from a main() of its own, which is not used here.
extern "C" int sc_main(int, char**) {
  return 0;
}

namespace {

int end_with(const peeksim::Error& error) {
  spdlog::error(error.what());
  return error.exit_code();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace peeksim;
  prepare_heap();
  guard_standard_streams();
  // spdlog sees what is a terminal, but knows no NO_COLOR.
  auto log = spdlog::stderr_color_mt("peeksim", colors_wanted(STDERR_FILENO)
                                                    ? spdlog::color_mode::automatic
                                                    : spdlog::color_mode::never);
  log->set_formatter(utf8_formatter("peeksim: %^%l%$: %v"));
  spdlog::set_default_logger(log);
  install_signal_handlers();
  const Utf8Output output;
  try {
    run_command_line({argv + 1, argv + argc});
    std::cout.flush();
    if (!std::cout)
      throw Error(ErrorKind::output, "standard output", "cannot be written",
                  "is the disk full, or the pipe closed?");
    return 0;
  } catch (const Error& error) {
    return end_with(error);
  } catch (const std::bad_alloc&) {
    return end_with(out_of_memory());
  } catch (const std::length_error&) {
    return end_with(out_of_memory());
  } catch (const std::exception& error) {
    return end_with({ErrorKind::internal, "", error.what(),
                     "this is a bug in the simulator: please report it"});
  }
}
