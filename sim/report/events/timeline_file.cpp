#include "sim/report/events/timeline_file.h"

#include <algorithm>

#include "sim/base/glob.h"
#include "sim/report/files/json_text.h"
#include "sim/report/files/version.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

constexpr int process = 1;

// Viewers that ignore sort_index sort threads by number, so both are the same.
int thread_of(std::size_t lane) {
  return static_cast<int>(lane) + 1;
}

std::string meta_event(const char* what, int thread, const char* key, const Json& value) {
  Json event;
  event["ph"] = "M";
  event["pid"] = process;
  event["tid"] = thread;
  event["name"] = what;
  event["args"][key] = value;
  return one_line(event);
}

std::string steps_text(const TimelineWindow& window) {
  const bool open = window.end_step == std::numeric_limits<std::int64_t>::max();
  return std::to_string(window.first_step) + ":" + (open ? "" : std::to_string(window.end_step));
}

Json description(const MachineSpec& machine, const TraceIdentity& trace,
                 const TimelineWindow& window) {
  Json json;
  json["program"] = std::string("peeksim ") + program_version();
  json["machine"] = machine.name;
  json["trace"] = trace.file;
  json["network"] = trace.network;
  json["synthetic"] = trace.synthetic;
  json["image"] = window.image;
  json["layers"] = window.layers.empty() ? Json("all") : Json(window.layers);
  json["steps"] = steps_text(window);
  json["time_unit"] = "1 us is 1 cycle";
  json["clock_mhz"] = machine.clock_mhz;
  return json;
}

void add_slice(std::string& text, const Interval& interval, const std::string& layer,
               const TimelineLane& lane, std::size_t number) {
  text += ",\n{\"ph\":\"X\"";
  add_member(text, "pid", process);
  add_member(text, "tid", thread_of(number));
  add_member(text, "ts", interval.start);
  add_member(text, "dur", interval.end - interval.start);
  text +=
      ",\"name\":" + (number == layer_lane ? one_line(interval.name) : '"' + interval.name + '"');
  text += ",\"args\":{\"layer\":" + layer;
  add_member(text, "group", interval.group);
  if (number != layer_lane) add_member(text, "step", interval.step);
  if (!lane.unit.empty()) add_member(text, lane.unit.c_str(), interval.amount);
  text += "}}";
}

}  // namespace

bool TimelineWindow::shows(const Layer& layer) const {
  return layers.empty() || std::any_of(layers.begin(), layers.end(), [&](const std::string& glob) {
           return glob_matches(glob, layer.name);
         });
}

std::string timeline_head(const MachineSpec& machine, const TraceIdentity& trace,
                          const TimelineWindow& window) {
  const std::string title = machine.name + " on image " + std::to_string(window.image) + " of " +
                            trace.file + (trace.synthetic ? " (SYNTHETIC)" : "") +
                            ", 1 us = 1 cycle";
  std::string text = "{\"displayTimeUnit\":\"ms\",\n\"otherData\":" +
                     one_line(description(machine, trace, window)) + ",\n\"traceEvents\":[\n" +
                     meta_event("process_name", 0, "name", title);
  const std::vector<TimelineLane> lanes = empty_timeline();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    text += ",\n" + meta_event("thread_name", thread_of(i), "name", lanes[i].name);
    text += ",\n" + meta_event("thread_sort_index", thread_of(i), "sort_index", thread_of(i));
  }
  return text;
}

std::string timeline_slices(const MachineSpec& machine, const RunEvents& run,
                            const TimelineWindow& window) {
  std::string text;
  if (run.image != window.image) return text;
  const std::string layer = one_line(run.layer.name);
  const bool inside = window.shows(run.layer);
  const std::vector<TimelineLane> lanes = timeline_of(machine, run);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    for (const Interval& interval : lanes[i].intervals)
      if (i == layer_lane || (inside && window.shows(interval)))
        add_slice(text, interval, layer, lanes[i], i);
  return text;
}

std::string timeline_foot() {
  return "\n]}\n";
}

EventSink timeline_into(OutputFile& file, const MachineSpec& machine,
                        const TimelineWindow& window) {
  return {EventDetail::all, [&file, machine, window](const RunEvents& run) {
            file.write(timeline_slices(machine, run, window));
          }};
}

}  // namespace peeksim
