// Requests come in on standard input, a line each, and are answered on standard output, a line
// each, as they end. Lines are read only while a process is free to work on them.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <map>
#include <thread>

#include "sim/base/error.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/session.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/sweep/design/batch_request.h"
#include "sim/sweep/farm/point_runner.h"

namespace peeksim {

namespace {

constexpr int look_around_ms = 200;  // a signal may come between a look and a wait

// Lines of a stream that may be slow: asked for when poll() says that there is something.
class LineReader {
 public:
  explicit LineReader(int file) : file_(file) {}

  bool ended() const { return ended_; }

  void read() {
    char buffer[65536];
    const ssize_t n = ::read(file_, buffer, sizeof buffer);
    if (n > 0) text_.append(buffer, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) ended_ = true;
  }

  // The next whole line; at the end of the stream also one that has no end.
  bool next(std::string& line) {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string::npos && !(ended_ && at_ < text_.size())) {
      text_.erase(0, at_);
      at_ = 0;
      return false;
    }
    const std::size_t size = std::min(end, text_.size()) - at_;
    line = text_.substr(at_, size);
    at_ = std::min(at_ + size + 1, text_.size());
    return true;
  }

 private:
  int file_;
  std::string text_;
  std::size_t at_ = 0;  // where the next line begins
  bool ended_ = false;
};

class BatchServer {
 public:
  explicit BatchServer(std::size_t jobs) : runner_(jobs) {}

  // Until the end of the input. Throws Error(interrupted), Error(output).
  void serve() {
    std::string line;
    for (;;) {
      stop_if_asked();
      while (!runner_.full() && input_.next(line)) begin(line);
      if (input_.ended() && runner_.in_work() == 0) return;
      wait();
      runner_.wait(std::chrono::milliseconds(0));
      for (const PointOutcome& outcome : runner_.take_ended()) end(outcome);
    }
  }

 private:
  void stop_if_asked() const {
    if (!interrupted()) return;
    const std::size_t left = runner_.in_work();
    throw Error(ErrorKind::interrupted, "batch",
                "interrupted: " + std::to_string(left) + (left == 1 ? " request" : " requests") +
                    " in work " + (left == 1 ? "is" : "are") + " not answered",
                "send what has no answer again");
  }

  void wait() {
    std::vector<pollfd> files;
    for (const int file : runner_.descriptors()) files.push_back({file, POLLIN, 0});
    const bool listens = !runner_.full() && !input_.ended();
    if (listens) files.push_back({STDIN_FILENO, POLLIN, 0});
    if (::poll(files.data(), files.size(), look_around_ms) > 0 && listens && files.back().revents)
      input_.read();
  }

  void begin(const std::string& line) {
    ++lines_;
    if (line.find_first_not_of(" \t\r") == std::string::npos) return;
    BatchRequest request;
    try {
      read_request(line, lines_, vocabulary_, request);
      if (!request.excluded_by.empty()) return say(answer_excluded(request));
      PointJob job;
      job.id = static_cast<std::uint64_t>(lines_);
      job.machine = request.machine;
      job.trace = traces_.get(request.trace, request.images, taps_for(job.machine), interrupted);
      runner_.start(std::move(job));
      in_work_.emplace(lines_, std::move(request));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      say(answer(request, error.what(), error.kind()));
    }
  }

  void end(const PointOutcome& outcome) {
    const auto place = in_work_.find(static_cast<int>(outcome.id));
    const BatchRequest& request = place->second;
    say(answer_to(request, outcome));
    in_work_.erase(place);
  }

  static std::string answer_to(const BatchRequest& request, const PointOutcome& outcome) {
    if (outcome.failed) return answer(request, outcome.error, outcome.kind);
    try {
      return answer(request, outcome.result);
    } catch (const Error& error) {  // the energy table cannot price what the machine did
      return answer(request, error.what(), error.kind());
    }
  }

  static void say(const std::string& text) {
    std::cout << text << std::endl;  // whoever asked waits for it
    if (!std::cout)
      throw Error(ErrorKind::output, "standard output", "cannot be written",
                  "is the disk full, or the pipe closed?");
  }

  LineReader input_{STDIN_FILENO};
  TraceShelf traces_;
  PointRunner runner_;
  Vocabulary vocabulary_ = vocabulary();
  int lines_ = 0;
  std::map<int, BatchRequest> in_work_;  // by the number of its line
};

}  // namespace

void batch_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim batch [--jobs N]",
      "Reads requests from standard input, one JSON object a line, simulates each in a process "
      "of its own, and prints an answer a line as soon as it is there. Traces stay open between "
      "requests. Ends with its input. docs/batch.md; tools/peeksim.py speaks it from Python.",
      "peeksim batch --jobs 2 < requests.jsonl > answers.jsonl");
  options.add()("jobs", named<long long>("N"),
                "requests in work at a time; default: one per processor");
  if (!options.parse(arguments)) return;
  BatchServer(options.has("jobs") ? options.whole("jobs", 1)
                                  : std::max(1U, std::thread::hardware_concurrency()))
      .serve();
}

}  // namespace peeksim
