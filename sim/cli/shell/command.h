// The table of commands of the peeksim program. A new command is one file and one row in
// command.cpp.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

struct Command {
  const char* name;     // "run", "config check"
  const char* summary;  // one line for --help
  void (*run)(const std::vector<std::string>& arguments);
};

const std::vector<Command>& commands();

// Runs the command that the arguments name. Throws Error.
void run_command_line(const std::vector<std::string>& arguments);

void run_command(const std::vector<std::string>& arguments);
void batch_command(const std::vector<std::string>& arguments);
void report_command(const std::vector<std::string>& arguments);
void compare_command(const std::vector<std::string>& arguments);
void price_command(const std::vector<std::string>& arguments);
void view_command(const std::vector<std::string>& arguments);
void masks_command(const std::vector<std::string>& arguments);
void config_layers_command(const std::vector<std::string>& arguments);
void config_check_command(const std::vector<std::string>& arguments);
void config_show_command(const std::vector<std::string>& arguments);
void config_reference_command(const std::vector<std::string>& arguments);
void events_diff_command(const std::vector<std::string>& arguments);
void sweep_command(const std::vector<std::string>& arguments);
void sweep_plan_command(const std::vector<std::string>& arguments);
void sweep_status_command(const std::vector<std::string>& arguments);
void sweep_export_command(const std::vector<std::string>& arguments);
void sweep_best_command(const std::vector<std::string>& arguments);
void sweep_pareto_command(const std::vector<std::string>& arguments);
void sweep_report_command(const std::vector<std::string>& arguments);
void sweep_merge_command(const std::vector<std::string>& arguments);
void trace_info_command(const std::vector<std::string>& arguments);
void trace_check_command(const std::vector<std::string>& arguments);
void trace_synth_command(const std::vector<std::string>& arguments);
void completion_command(const std::vector<std::string>& arguments);

}  // namespace peeksim
