#include "sim/sweep/cluster/slurm_array.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string_view>

#include "sim/base/output_file.h"
#include "sim/base/paths.h"
#include "sim/sweep/cluster/run_program.h"
#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/run_sweep.h"
#include "sim/sweep/store/sweep_database.h"
#include "sim/sweep/store/sweep_rows.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

// A task should run much longer than the second that Slurm takes to start it, and clusters often
// limit an array to 1000 tasks.
constexpr std::size_t points_per_task = 50, max_tasks = 100;

// The files of an array; %a, the shell's $SLURM_ARRAY_TASK_ID and the number itself name a shard.
struct Files {
  fs::path folder;
  std::string of;

  std::string shard(const std::string& number, const std::string& type) const {
    return "shard-" + number + "-of-" + of + type;
  }
  std::string database(std::size_t number) const {
    return folder / shard(std::to_string(number), ".db");
  }
  std::string script() const { return folder / ("shard-of-" + of + ".sh"); }
};

// A word on an #SBATCH line, quoted by Slurm's own rules, without line breaks.
std::string sbatch_word(const std::string& text) {
  std::string word = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') word += '\\';
    word += c == '\n' ? ' ' : c;
  }
  return word + "\"";
}

// The file for a task's output, in sbatch's notation: %a is the task's number, %% a percent sign.
std::string log_pattern(const Files& files) {
  const std::string folder = files.folder;
  if (folder.find_first_of("\\\n") != std::string::npos)
    throw Error(ErrorKind::cluster, folder, "has a backslash or line break, and Slurm takes none",
                "name another place");
  std::string pattern;
  for (const char c : folder) pattern += c == '%' ? std::string("%%") : std::string{c};
  return pattern + "/" + files.shard("%a", ".log");
}

// The script is the same for all tasks, so that `sbatch --array=7 SCRIPT` runs task 7 alone.
void write_script(const Files& files, const SweepPlan& plan, const SlurmArray& array) {
  const std::string number = "$SLURM_ARRAY_TASK_ID";
  std::ostringstream text;
  text << "#!/bin/sh\n"
       << "#SBATCH --job-name=" << sbatch_word(plan.spec().name) << "\n"
       << "#SBATCH --output=" << sbatch_word(log_pattern(files)) << "\n"
       << "#SBATCH --nodes=1 --ntasks=1 --requeue\n"
       << "# Runs one shard of a sweep, and goes on where it stopped. With exec, a signal that\n"
       << "# Slurm sends before a time limit reaches the program.\n"
       << "exec " << shell_word(own_program()) << " sweep "
       << shell_word(absolute_path(plan.spec().file)) << " \\\n"
       << "  --shard \"" << number << "/" << files.of << "\" --out " << shell_word(files.folder)
       << "/\"" << files.shard(number, ".db") << "\" --jobs "
       << (array.jobs > 0 ? std::to_string(array.jobs) : "\"${SLURM_CPUS_ON_NODE:-1}\"");
  for (const std::string& option : array.sweep_options) text << " " << shell_word(option);
  text << "\n";
  OutputFile file(files.script(), true);
  file.write(text.str());
  file.commit();
}

// "sbatch: error: No partition\nsbatch: error: Failed\n" -> "No partition, Failed"
std::string in_one_line(const std::string& said, const std::string& program) {
  std::istringstream lines(said);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    for (const std::string& prefix : {program + ": ", std::string("error: ")})
      if (line.rfind(prefix, 0) == 0) line.erase(0, prefix.size());
    text += (text.empty() ? "" : ", ") + line;
  }
  return text;
}

// Runs one of Slurm's programs and returns its output.
std::string ask_slurm(const std::vector<std::string>& words) {
  const ProgramResult result = run_program(words);
  if (!result.found)
    throw Error(ErrorKind::cluster, "", "there is no " + words[0] + " on the PATH",
                "run this where Slurm's commands are, or run shards yourself with --shard");
  if (result.exit_code == 0) return result.out;
  const std::string said = in_one_line(result.err, words[0]);
  throw Error(ErrorKind::cluster, words[0],
              said.empty() ? "failed with exit code " + std::to_string(result.exit_code) : said,
              "nothing was submitted");
}

// Shards with a task in the queue: those that run our script.
std::set<std::size_t> queued_shards(const Files& files) {
  std::istringstream lines(
      ask_slurm({"squeue", "--me", "--array", "--noheader", "--format=%K %o"}));
  std::set<std::size_t> queued;
  for (std::string number, script; lines >> number && std::getline(lines >> std::ws, script);) {
    if (script == files.script()) {
      queued.insert(std::strtoul(number.c_str(), nullptr, 10));
    } else if (fs::path(script).parent_path() == files.folder) {
      throw Error(ErrorKind::cluster, files.folder,
                  "tasks of an array of another size are still in the queue: " + script,
                  "give the same --array-size, or wait for them, or scancel them");
    }
  }
  return queued;
}

// Adds the points of a database that need not run.
void add_ended(const fs::path& path, bool retry_failed, std::set<std::string>& keys) {
  if (!has_tables(path)) return;
  SweepDatabase database(path, DatabaseUse::read);
  for (const std::string& key : ended_points(database, retry_failed)) keys.insert(key);
}

// Finished points in the sweep's database and in those of all shards that no task is writing.
std::set<std::string> ended_points(const Files& files, const SlurmArray& array,
                                   const std::set<std::size_t>& queued) {
  std::set<std::string> busy, keys;
  for (const std::size_t number : queued) busy.insert(files.database(number));
  add_ended(array.database, array.retry_failed, keys);
  for (const std::string& name : names_in(files.folder)) {
    const fs::path path = files.folder / name;
    if (path.extension() == ".db" && busy.count(path) == 0)
      add_ended(path, array.retry_failed, keys);
  }
  return keys;
}

std::string submit(const Files& files, const SlurmArray& array,
                   const std::vector<std::size_t>& shards) {
  std::vector<std::string> words = {"sbatch", "--parsable"};
  words.insert(words.end(), array.sbatch_options.begin(), array.sbatch_options.end());
  words.push_back("--array=" + ranges_of(shards) +
                  (array.at_a_time > 0 ? "%" + std::to_string(array.at_a_time) : ""));
  words.push_back(files.script());
  const std::string said = ask_slurm(words);
  const std::string job = said.substr(0, said.find_first_of(";\n"));
  if (job.empty() || job.find_first_not_of("0123456789") != std::string::npos)
    throw Error(ErrorKind::cluster, "sbatch", "gave no job number but '" + said + "'",
                "drop options of --slurm that keep it from submitting");
  return job;
}

}  // namespace

std::string ranges_of(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(numbers[i]);
    if (last > i) text += "-" + std::to_string(numbers[last]);
    i = last + 1;
  }
  return text;
}

std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("%+,-./:=@_").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

SlurmSubmission submit_to_slurm(const SweepPlan& plan, const SlurmArray& array) {
  const std::size_t points = plan.points().size();
  SlurmSubmission submission;
  submission.shards = array.tasks > 0
                          ? array.tasks
                          : std::min(max_tasks, (points + points_per_task - 1) / points_per_task);
  const Files files{absolute_path(array.database + ".shards"), std::to_string(submission.shards)};
  submission.script = files.script();
  submission.databases = shell_word(array.database + ".shards") + "/*.db";
  const std::set<std::size_t> queued = queued_shards(files);
  make_folders(files.folder);
  const std::set<std::string> ended = ended_points(files, array, queued);
  for (std::size_t shard = 1; shard <= submission.shards; ++shard) {
    const std::vector<std::size_t> numbers = points_of(plan, {shard, submission.shards});
    if (queued.count(shard) > 0) {
      submission.queued.push_back(shard);
    } else if (std::all_of(numbers.begin(), numbers.end(), [&](std::size_t number) {
                 return ended.count(plan.points()[number].key) > 0;
               })) {
      ++submission.complete;
    } else {
      submission.submitted.push_back(shard);
    }
  }
  if (submission.submitted.empty()) return submission;
  write_script(files, plan, array);
  submission.job = submit(files, array, submission.submitted);
  return submission;
}

}  // namespace peeksim
