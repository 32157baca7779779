// `peeksim batch`: reads requests from standard input, one per line, and writes the answers to
// standard output, one per line, in the order in which they finish. Lines are read only while a
// worker is idle.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <map>
#include <new>
#include <thread>

#include "sim/base/error.h"
#include "sim/base/text_file.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/session.h"
#include "sim/run/machine_binder.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/sweep/design/batch_request.h"
#include "sim/sweep/machines/machine_runs.h"
#include "sim/workers/worker_pool.h"

namespace peeksim {

namespace {

// Lines of a stream that may be slow: call read() when poll() reports data.
class LineReader {
 public:
  explicit LineReader(int file) : file_(file) {}

  bool ended() const { return ended_; }

  // Throws Error(config) for a line without an end.
  void read() {
    char buffer[65536];
    const ssize_t n = ::read(file_, buffer, sizeof buffer);
    if (n > 0) append(buffer, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) ended_ = true;
  }

  // The next complete line; at the end of the stream, the rest counts as one. Of a line that is
  // larger than max_line_bytes, the beginning, which is larger too.
  bool next(std::string& line) {
    std::size_t end = text_.find('\n', std::max(at_, searched_));
    const bool complete = end != std::string::npos || (ended_ && at_ < text_.size());
    end = std::min(end, text_.size());
    const std::size_t size = std::min(end - at_, max_line_bytes + 1);
    if (!complete && size <= max_line_bytes) {
      text_.erase(0, at_);
      at_ = 0;
      searched_ = text_.size();
      return false;
    }
    line = text_.substr(at_, size);
    at_ = std::min(end + 1, text_.size());
    if (!complete) dropped_ = 1;
    return true;
  }

 private:
  void append(const char* bytes, std::size_t size) {
    const char* const end = bytes + size;
    if (dropped_ > 0) {
      const char* const newline = std::find(bytes, end, '\n');
      dropped_ = newline == end ? dropped_ + size : 0;
      if (dropped_ > max_text_bytes)
        throw Error(ErrorKind::config, "request", "a line " + larger_than(max_text_bytes),
                    "write one request a line");
      bytes = newline == end ? end : newline + 1;
    }
    text_.append(bytes, end);
  }

  int file_;
  std::string text_;
  std::size_t at_ = 0;        // where the next line begins
  std::size_t searched_ = 0;  // no line ends before it
  std::size_t dropped_ = 0;   // bytes of a line that is too large; 0: there is none
  bool ended_ = false;
};

// Runs in a worker: reads a request, simulates it and returns the answer.
class RequestRunner : public JobRunner {
 public:
  // Reads the trace of a request, in the process that forks the workers. Returns whether it is
  // new, so that existing workers do not have it. A trace that cannot be read is no error here:
  // the worker's answer says why.
  bool prepare(const RequestOutline& request) {
    if (request.trace.empty()) return false;
    const std::size_t reads = traces_.reads();
    try {
      traces_.get(request.trace, request.images, interrupted);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      return false;
    } catch (const std::bad_alloc&) {
      return false;
    }
    return traces_.reads() > reads;
  }

  // job: the number of the request's line, a space, the line. The reply: the answer.
  std::string run(const std::string& job) override {
    std::size_t end = 0;
    const int number = std::stoi(job, &end);
    BatchRequest request;
    try {
      read_request(job.substr(end + 1), number, vocabulary_, request);
      if (!request.excluded_by.empty()) return answer_excluded(request);
      const auto trace = traces_.get(request.trace, request.images);
      request.machine = binder_.bind(trace->trace(), request.machine);
      request.warnings = binding_warnings(trace->trace(), request.machine);
      return answer(request, runs_.run(request.machine, *trace));
    } catch (const Error& error) {
      return answer(request, error.what(), error.kind());
    }
  }
  bool exhausted() const override { return runs_.exhausted(); }

 private:
  TraceCache traces_;
  MachineBinder binder_;
  MachineRuns runs_{find_engine("event")};
  const Vocabulary vocabulary_ = vocabulary();
};

class BatchServer {
 public:
  explicit BatchServer(std::size_t jobs) : pool_(jobs, runner_) {}

  // Until the end of the input. Throws Error(interrupted), Error(output).
  void serve() {
    std::string line;
    for (;;) {
      stop_if_asked();
      while (pool_.idle() && input_.next(line)) begin(line);
      if (input_.ended() && in_flight_.empty()) return;
      wait();
      for (const JobOutcome& outcome : pool_.wait(std::chrono::milliseconds(0))) end(outcome);
    }
  }

 private:
  void stop_if_asked() const {
    if (!interrupted()) return;
    const std::size_t left = in_flight_.size();
    throw Error(ErrorKind::interrupted, "batch",
                "interrupted: " + std::to_string(left) + (left == 1 ? " request" : " requests") +
                    " in flight " + (left == 1 ? "is" : "are") + " not answered",
                "send what has no answer again");
  }

  void wait() {
    std::vector<pollfd> files;
    for (const int file : pool_.descriptors()) files.push_back({file, POLLIN, 0});
    const bool listens = pool_.idle() && !input_.ended();
    if (listens) files.push_back({STDIN_FILENO, POLLIN, 0});
    const int ready = ::poll(files.data(), files.size(), static_cast<int>(poll_interval.count()));
    if (ready > 0 && listens && files.back().revents) input_.read();
  }

  void begin(const std::string& line) {
    ++lines_;
    if (line.find_first_not_of(" \t\r") == std::string::npos) return;
    if (line.size() > max_line_bytes)
      return refuse({ErrorKind::config, Location{"request", static_cast<int>(lines_), ""},
                     larger_than(max_line_bytes), "write a smaller one"});
    try {
      const RequestOutline request = outline_of(line);
      if (runner_.prepare(request)) pool_.renew();
      pool_.start(*pool_.idle(), lines_, std::to_string(lines_) + " " + line);
      in_flight_.emplace(lines_, request.id);
    } catch (const std::bad_alloc&) {
      refuse(out_of_memory());
    }
  }

  // Answers a line that is not given to a worker.
  static void refuse(const Error& error) {
    say(answer(BatchRequest(), error.what(), error.kind()));
  }

  void end(const JobOutcome& outcome) {
    BatchRequest request;
    request.id = in_flight_.extract(outcome.id).mapped();
    say(outcome.failed ? answer(request, outcome.text, outcome.kind) : outcome.text);
  }

  static void say(const std::string& text) {
    std::cout << text << std::endl;  // flushed: the client waits for it
    if (!std::cout)
      throw Error(ErrorKind::output, "standard output", "cannot be written",
                  "is the disk full, or the pipe closed?");
  }

  LineReader input_{STDIN_FILENO};
  RequestRunner runner_;
  WorkerPool pool_;
  std::uint64_t lines_ = 0;
  std::map<std::uint64_t, std::string> in_flight_;  // ids of requests by the number of their line
};

}  // namespace

void batch_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim batch [--jobs N]",
      "Reads requests from standard input, one JSON object a line, simulates them in processes "
      "that last as long as it does, and prints an answer a line as soon as it is there. Traces "
      "stay open between requests. Ends with its input. docs/batch.md; Python's peeksim "
      "speaks it.",
      "peeksim batch --jobs 2 < requests.jsonl > answers.jsonl");
  options.add()("jobs", named<long long>("N"),
                "requests in flight at a time; default: one per processor");
  if (!options.parse(arguments)) return;
  BatchServer(options.has("jobs") ? options.count("jobs", 1)
                                  : std::max(1U, std::thread::hardware_concurrency()))
      .serve();
}

}  // namespace peeksim
