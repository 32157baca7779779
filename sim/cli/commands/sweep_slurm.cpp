#include "sim/cli/commands/sweep_slurm.h"

#include <algorithm>
#include <charconv>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "sim/base/error.h"
#include "sim/sweep/cluster/slurm_array.h"

namespace po = boost::program_options;

namespace peeksim {

namespace {

constexpr std::size_t max_tasks = 1000000;

// "64", or "64%4": of which 4 run at a time, as Slurm writes it.
void read_array_size(const std::string& text, SlurmOptions& slurm) {
  const std::size_t percent = std::min(text.find('%'), text.size());
  const auto number = [&](const std::string& digits) {
    std::size_t count = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, count);
    if (read.ec != std::errc() || read.ptr != end || count < 1 || count > max_tasks)
      throw Error(ErrorKind::usage, "", "--array-size is '" + text + "' in --slurm",
                  "give the number of tasks, as in --slurm \"--array-size=64\", or 64%4 to run 4 "
                  "at a time");
    return count;
  };
  slurm.tasks = number(text.substr(0, percent));
  if (percent < text.size()) slurm.at_a_time = number(text.substr(percent + 1));
}

std::vector<std::string> words_of(const std::string& text) {
  try {
    return po::split_unix(text);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::usage, "", std::string("--slurm cannot be read: ") + error.what(),
                "write it as for a shell, and a backslash twice");
  }
}

// Options of `peeksim sweep` that are passed on to every task.
std::vector<std::string> task_options(const Options& options) {
  std::vector<std::string> words;
  if (options.has("deadline")) {
    std::ostringstream seconds;
    seconds << std::setprecision(17) << options.get<double>("deadline");
    words.push_back("--deadline=" + seconds.str());
  }
  if (options.has("retry")) words.emplace_back("--retry");
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += shell_word(word) + " ";
  return text;
}

}  // namespace

SlurmOptions slurm_options(const Options& options) {
  for (const char* name : {"shard", "limit"})
    if (options.has(name))
      throw Error(ErrorKind::usage, "", std::string("--") + name + " does not go with --slurm",
                  "drop one of them");
  const std::string size = "--array-size";
  SlurmOptions slurm;
  const std::vector<std::string> words = words_of(options.get<std::string>("slurm"));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == size) {
      read_array_size(i + 1 < words.size() ? words[++i] : "", slurm);
    } else if (word.rfind(size + "=", 0) == 0) {
      read_array_size(word.substr(size.size() + 1), slurm);
    } else if (word == "--array" || word.rfind("--array=", 0) == 0 || word.rfind("-a", 0) == 0) {
      throw Error(ErrorKind::usage, "",
                  "'" + word + "' is in --slurm, and peeksim chooses the tasks",
                  "give how many there are: --array-size=64");
    } else {
      slurm.sbatch.push_back(word);
    }
  }
  return slurm;
}

void submit_sweep(const SweepPlan& plan, const SlurmOptions& slurm, const Options& options) {
  SlurmArray array;
  array.database = options.text("out");
  array.tasks = slurm.tasks;
  array.at_a_time = slurm.at_a_time;
  array.sbatch_options = slurm.sbatch;
  if (options.has("jobs")) array.jobs = static_cast<std::size_t>(options.get<long long>("jobs"));
  array.sweep_options = task_options(options);
  array.retry_failed = options.has("retry");
  const SlurmSubmission submission = submit_to_slurm(plan, array);
  const std::vector<std::size_t>& submitted = submission.submitted;
  std::cout << plan.spec().name << ": " << submission.complete << " of " << submission.shards
            << " shards complete, " << submission.queued.size() << " in Slurm's queue, "
            << submitted.size() << " submitted"
            << (submitted.empty() ? "" : " as job " + submission.job) << "\n";
  if (!submitted.empty())
    std::cout << "watch:  squeue --jobs=" << submission.job << "\n"
              << "again:  the same command submits what is not complete by then; one task alone:\n"
              << "        sbatch " << joined(slurm.sbatch) << "--array=" << submitted.front() << " "
              << shell_word(submission.script) << "\n";
  std::cout << "join:   peeksim sweep merge -o " << shell_word(array.database) << " "
            << submission.databases << "\n";
}

}  // namespace peeksim
