#include <spdlog/spdlog.h>

#include <charconv>
#include <iostream>
#include <thread>

#include "sim/base/error.h"
#include "sim/cli/commands/sweep_slurm.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/session.h"
#include "sim/cli/shell/terminal.h"
#include "sim/report/screens/text_table.h"
#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/run_sweep.h"
#include "sim/sweep/store/sweep_database.h"
#include "sim/sweep/store/sweep_screens.h"

namespace peeksim {

namespace {

// "i/n"
Shard shard_of(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, shard.index);
  const bool slash = number.ec == std::errc() && number.ptr != end && *number.ptr == '/';
  const auto of = slash ? std::from_chars(number.ptr + 1, end, shard.count) : number;
  if (!slash || of.ec != std::errc() || of.ptr != end || shard.index < 1 ||
      shard.index > shard.count)
    throw Error(ErrorKind::usage, "", "--shard is '" + text + "', not i/n",
                "expected i/n with 1 <= i <= n, as in --shard 3/16");
  return shard;
}

SweepOptions sweep_options(const Options& options) {
  SweepOptions sweep;
  sweep.jobs = options.has("jobs") ? options.count("jobs", 1)
                                   : std::max(1U, std::thread::hardware_concurrency());
  if (options.has("shard")) sweep.shard = shard_of(options.text("shard"));
  if (options.has("limit")) sweep.limit = options.count("limit", 1);
  if (options.has("deadline")) {
    sweep.deadline = options.get<double>("deadline");
    if (!(sweep.deadline > 0))
      throw Error(ErrorKind::usage, "", "--deadline is not above 0", "give seconds for each point");
  }
  sweep.retry_failed = options.has("retry");
  sweep.interrupted = interrupted;
  return sweep;
}

std::string points_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " point" : " points");
}

std::string progress_text(const std::string& name, const SweepProgress& progress) {
  std::string text =
      name + ": " + std::to_string(progress.ended) + " of " + points_text(progress.to_run);
  if (progress.failed > 0) text += ", " + std::to_string(progress.failed) + " failed";
  if (progress.ended == 0 || progress.seconds <= 0) return text;
  const double rate = static_cast<double>(progress.ended) / progress.seconds;
  return text + ", " + fixed(rate, rate < 10 ? 1 : 0) + " a second, " +
         duration(static_cast<double>(progress.to_run - progress.ended) / rate) + " left";
}

// Checks every point of a sweep file, and prints warnings.
SweepPlan checked_plan(const std::string& path) {
  StatusLine line;
  PlanWatch watch;
  watch.interrupted = interrupted;
  if (line.visible())
    watch.progress = [&](std::size_t points) {
      line.show(path + ": " + points_text(points) + " checked");
    };
  SweepPlan plan(load_sweep(path), watch);
  line.clear();
  for (const std::string& warning : plan.warnings()) spdlog::warn(warning);
  return plan;
}

}  // namespace

void sweep_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim sweep SWEEP --out DB [OPTIONS]",
      "Runs the points of a sweep file in worker processes and keeps the results in a database. "
      "What the database has is not run again: after Ctrl-C or a crash the same "
      "command goes on, and a changed file adds points.",
      "peeksim sweep configs/sweeps/array-and-window.yaml --jobs 2 --out sweep.db");
  options.positional("SWEEP", "a sweep file (YAML); docs/sweeps.md");
  options.add()("out", named("DB"), "the database (SQLite), made if missing; required")(
      "jobs", named<long long>("N"), "points that run at a time; default: one per processor")(
      "shard", named("I/N"), "run only every N-th point from the I-th on")(
      "deadline", named<double>("SECONDS"),
      "seconds that a point may take; one that takes longer fails")(
      "limit", named<long long>("N"), "run this many points and stop")(
      "retry", "run points that failed before once more")(
      "slurm", named("OPTIONS"),
      "submit to Slurm instead, as a job array: options of sbatch, and --array-size=N; "
      "docs/cluster.md");
  if (!options.parse(arguments)) return;
  options.require("out", "no database given", "add --out DB");
  SweepOptions sweep = sweep_options(options);
  const std::string path = options.text("out");
  SlurmOptions slurm;
  if (options.has("slurm")) slurm = slurm_options(options);
  SweepPlan plan = checked_plan(options.text("SWEEP"));
  if (options.has("slurm")) return submit_sweep(plan, slurm, options);
  SweepProgress ended;
  PointCounts counts;
  {
    SweepDatabase database(path, DatabaseUse::write);
    StatusLine line;
    if (line.visible())
      sweep.progress = [&](const SweepProgress& progress) {
        line.show(progress_text(plan.spec().name, progress));
      };
    ended = run_sweep(plan, database, sweep);
    counts = database.counts();
  }
  std::cout << path << ": " << points_text(ended.ended) << " run, " << counts.done << " done, "
            << counts.failed << " failed, " << counts.pending << " to run\n";
  if (counts.failed == 0) return;
  std::cout.flush();  // before the error
  throw Error(ErrorKind::points, path, points_text(counts.failed) + " failed",
              "'peeksim sweep status " + path + "' says why; --retry runs them once more");
}

void sweep_plan_command(const std::vector<std::string>& arguments) {
  Options options("peeksim sweep plan SWEEP",
                  "Checks a sweep file and every point of it, runs nothing, and prints how many "
                  "points there are and the first few.",
                  "peeksim sweep plan configs/sweeps/array-and-window.yaml");
  options.positional("SWEEP", "a sweep file (YAML); docs/sweeps.md");
  if (!options.parse(arguments)) return;
  std::cout << plan_screen(checked_plan(options.text("SWEEP")), screen_style());
}

void sweep_status_command(const std::vector<std::string>& arguments) {
  Options options("peeksim sweep status DB",
                  "Says how many points of a sweep are done, failed or still to run, and why they "
                  "failed. The sweep may be running.",
                  "peeksim sweep status sweep.db");
  options.positional("DB", "a database of 'peeksim sweep'");
  options.add()("json", "print it as JSON instead");
  if (!options.parse(arguments)) return;
  SweepDatabase database(options.text("DB"), DatabaseUse::read);
  const SweepStatus status = read_status(database);
  std::cout << (options.has("json") ? status_json(status) : status_screen(status, screen_style()));
}

void sweep_merge_command(const std::vector<std::string>& arguments) {
  Options options("peeksim sweep merge -o ALL A B ...",
                  "Joins databases, such as those of the shards of a sweep. Merging again what is "
                  "already there changes nothing.",
                  "peeksim sweep merge -o all.db shard-1.db shard-2.db");
  options.positionals("DB", "databases of 'peeksim sweep'");
  options.add()("output,o", named("DB"), "the database to join them to; required");
  if (!options.parse(arguments)) return;
  options.require("output", "no database to merge into", "add -o ALL.db");
  const std::string path = options.text("output");
  const std::vector<std::string> parts = options.list("DB");
  for (const std::string& part : parts) SweepDatabase(part, DatabaseUse::read);
  PointCounts counts;
  {
    SweepDatabase database(path, DatabaseUse::write);
    for (const std::string& part : parts) database.merge(part);
    counts = database.counts();
  }
  std::cout << path << ": " << counts.done << " done, " << counts.failed << " failed, "
            << counts.pending << " to run\n";
}

}  // namespace peeksim
