#include "sim/sweep/farm/point_process.h"

#include <sys/time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>

#include "sim/run/result_fields.h"
#include "sim/run/run.h"
#include "sim/sweep/farm/wire.h"

namespace peeksim {

namespace {

// The fields of a mask, but for its bits.
template <class PredictionType, class Visit>
void mask_fields(PredictionType& mask, Visit&& visit) {
  visit(mask.grid.P);
  visit(mask.grid.Q);
  visit(mask.grid.height);
  visit(mask.grid.width);
  visit(mask.grid.peeks);
  visit(mask.predicts);
  visit(mask.fate);
  visit(mask.predicted_zero);
  visit(mask.correct_zero);
  visit(mask.false_zero);
}

void put(Packer& to, const Prediction& mask) {
  mask_fields(mask, [&](const auto& field) { to.put(field); });
  to.put(mask.predicted.word_count());
  to.put(mask.predicted.words());
}

void get(Unpacker& from, Prediction& mask) {
  mask_fields(mask, [&](auto& field) { from.get(field); });
  int word_count = 0;
  std::vector<std::uint64_t> words;
  from.get(word_count);
  from.get(words);
  mask.predicted = WindowBits(word_count, std::move(words));
}

// Sends what a run found out. The rest follows from trace and machine, which the receiver has.
struct Sender {
  Packer& to;

  template <class Value>
  void operator()(const Found&, const Value& value) {
    to.put(value);
  }
  template <class Value>
  void operator()(const Given&, const Value&) {}
  void operator()(const Given&, const TraceIdentity& trace) { trace_fields(trace, *this); }
  void operator()(const Given&, const std::vector<ImageResult>& images) {
    for (const ImageResult& image : images) image_result_fields(image, *this);
  }
  void operator()(const Given&, const std::vector<LayerResult>& layers) {
    for (const LayerResult& layer : layers) layer_result_fields(layer, *this);
  }
};

// Fills in what a Sender sent. REQUIRES: the same lists of images and layers.
struct Receiver {
  Unpacker& from;

  template <class Value>
  void operator()(const Found&, Value& value) {
    from.get(value);
  }
  template <class Value>
  void operator()(const Given&, Value&&) {}
  void operator()(const Given&, TraceIdentity& trace) { trace_fields(trace, *this); }
  void operator()(const Given&, std::vector<ImageResult>& images) {
    for (ImageResult& image : images) image_result_fields(image, *this);
  }
  void operator()(const Given&, std::vector<LayerResult>& layers) {
    for (LayerResult& layer : layers) layer_result_fields(layer, *this);
  }
};

// What is given before a run.
RunResult empty_result(const PointJob& job) {
  const Trace& trace = job.trace->trace();
  RunResult result = result_before(job.machine, trace, job.trace->images());
  for (const Layer& layer : layers_of(trace.info()))
    result.layers.push_back({layer, "", "", false, false, {}});
  return result;
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string failure(ErrorKind kind, const std::string& what, Clock::time_point start) {
  Packer result;
  result.put(seconds_since(start));
  result.put(true);
  result.put(kind);
  result.put(what);
  return result.bytes();
}

std::string packed(const RunFindings& findings) {
  Packer bytes;
  bytes.put(findings.masks.size());
  for (const auto& [key, mask] : findings.masks) {
    bytes.put(key);
    put(bytes, mask);
  }
  bytes.put(findings.dense.size());
  for (const auto& [key, counters] : findings.dense) {
    bytes.put(key);
    bytes.put(counters);
  }
  return bytes.bytes();
}

// Ends the process after so many seconds, if the object is still there; 0: never.
class Deadline {
 public:
  explicit Deadline(double seconds) {
    if (seconds <= 0) return;
    ::signal(SIGALRM, SIG_DFL);
    const double most = std::min(seconds, 1e9), whole = std::floor(most);
    const auto rest = static_cast<suseconds_t>((most - whole) * 1e6);
    set({static_cast<time_t>(whole), whole > 0 ? rest : std::max<suseconds_t>(rest, 1)});
  }
  ~Deadline() { set({0, 0}); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  static void set(timeval left) {
    const itimerval timer = {{0, 0}, left};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
};

// Returns the result's bytes; everything that the run found out is in `findings`.
std::string result_of(const PointJob& job, RunStore& store, RunFindings& findings,
                      Clock::time_point start) {
  StoredRuns cache(store, *job.trace, job.machine);
  RunOptions options;
  options.images = job.trace->images();
  options.cache = &cache;
  // A file that is read by several processes is opened by each: they would share one position.
  std::unique_ptr<Trace> own;
  if (!job.trace->holds_values() || !job.trace->has(taps_for(job.machine)))
    own = std::make_unique<Trace>(job.trace->trace().info().path);
  const RunResult run = run_trace(job.machine, own ? *own : job.trace->trace(), {}, options);
  findings = cache.findings();
  Packer result;
  result.put(seconds_since(start));
  result.put(false);
  run_fields(run, Sender{result});
  return result.bytes();
}

}  // namespace

bool run_point(const JobMaker& make, std::uint64_t id, RunStore& store, const Channel& to) {
  const Clock::time_point start = Clock::now();
  RunFindings findings;
  std::string result;
  try {
    const PointJob job = make(id);
    const Deadline deadline(job.deadline);  // not of sending: whoever reads may be busy
    result = result_of(job, store, findings, start);
  } catch (const Error& error) {
    result = failure(error.kind(), error.what(), start);
  } catch (const std::bad_alloc&) {
    result = failure(ErrorKind::internal, "out of memory", start);
  } catch (const std::exception& error) {
    result = failure(ErrorKind::internal, error.what(), start);
  }
  const bool none = findings.masks.empty() && findings.dense.empty();
  return (none || to.send(MessageKind::findings, packed(findings))) &&
         to.send(MessageKind::result, result);
}

RunFindings read_findings(const std::string& bytes) {
  RunFindings findings;
  Unpacker from(bytes);
  std::size_t count = 0;
  for (from.get(count); count > 0 && !from.ended(); --count) {
    findings.masks.emplace_back();
    from.get(findings.masks.back().first);
    get(from, findings.masks.back().second);
  }
  for (from.get(count); count > 0 && !from.ended(); --count) {
    findings.dense.emplace_back();
    from.get(findings.dense.back().first);
    from.get(findings.dense.back().second);
  }
  return from.complete() ? findings : RunFindings();
}

PointOutcome read_result(const std::string& bytes, const PointJob& job) {
  PointOutcome outcome;
  outcome.id = job.id;
  Unpacker from(bytes);
  from.get(outcome.seconds);
  from.get(outcome.failed);
  if (outcome.failed) {
    from.get(outcome.kind);
    from.get(outcome.error);
  } else {
    outcome.result = empty_result(job);
    run_fields(outcome.result, Receiver{from});
  }
  if (from.complete()) return outcome;
  outcome = {};
  outcome.id = job.id;
  outcome.failed = true;
  outcome.error = "the point's process ended before it had a result";
  return outcome;
}

}  // namespace peeksim
