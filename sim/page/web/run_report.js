// The report of one run: its heading, and the order of its sections. sim/page/run_page.cpp has the
// fields of data().
"use strict";

// "peek, 2x2 windows, diagonal peeks, threshold 0".
function prediction_text(
  { policy, window, peeks, threshold, layers: overrides, exclude, thresholds_file }) {
  if (policy !== "peek") return policy;
  return [
    "peek, " + window.join("×") + " windows",
    typeof peeks === "string" ? peeks + " peeks" : peeks.length + " listed peeks",
    "threshold " + threshold + (thresholds_file ? ", for some layers per channel" : ""),
    overrides.length ? "other settings for " + overrides.map((one) => one.match).join(", ") : null,
    exclude.length ? "not predicted: " + exclude.join(", ") : null,
  ].filter((part) => part).join("; ");
}

function run_facts() {
  const { trace, machine, totals } = run;
  const { array, buffers, dram } = machine;
  const sums = over_images(trace.images);
  const time_of = ({ counters }) => and_unit("s", seconds(counters.cycles));
  const energy_of = ({ energy }) => and_unit("energy", energy.total);
  const { machine: here, dense } = totals.network;
  const beside = (text_of) => (predicts ? "; " + dense_name() + " " + text_of(dense) : "");
  return facts([
    [
      "Trace",
      trace.file + " (sha256 " + trace.sha256.slice(0, 12) + "), " +
        (trace.loop === "closed" ? "closed loop of " + trace.machine : "open loop") + ", " +
        (trace.images === 1 ? "1 image" :
          whole(trace.images) + " images; all sums are over all images")
    ],
    ["Origin", trace.origin || "not stated"],
    [
      "Machine",
      array.rows + "×" + array.cols + " PEs, " + array.lanes + " MAC/cycle each, dispatch " +
        array.dispatch + "; buffers " + bytes_text(buffers.ifmap_bytes) + " ifmap, " +
        bytes_text(buffers.weight_bytes) + " weight, " + bytes_text(buffers.ofmap_bytes) +
        " ofmap; DRAM " + dram.bytes_per_cycle + " B/cycle, latency " + dram.latency + " cycles"
    ],
    ["Prediction", prediction_text(machine.prediction)],
    [
      "Time",
      time_of(here) + sums + " at " + machine.clock_mhz + " MHz" + beside(time_of)
    ],
    [
      "Energy",
      energy_of(here) + sums + beside(energy_of) + "; table " + run.energy_table.name + ": " +
         run.energy_table.source +
        (dram.kind ? "; DRAM priced as " + dram.kind : "")
    ],
    ["Rates", rates_text()],
    ...(predicts && data().speed_up.words.length > 0 ?
      [["Speed-up", data().speed_up.words.slice(0, 2).join(" ")]] : []),
  ]);
}

// Two operations for each MAC of the network, executed or not.
function rates_text() {
  return [["images_per_second", 1, "images/s"], ["milliwatts", 1, "mW"], ["tops", 3, "TOPS"],
    ["tops_per_watt", 3, "TOPS/W"], ["gops_per_mm2", 1, "GOPS/mm²"]]
    .map(([name, digits, unit]) => fixed(data().rates[name] ?? NaN, digits) + " " + unit)
    .join(", ");
}

// Of a machine that predicts, what that saves; of any other, what it does.
function figures_on_top() {
  const { network } = run.totals;
  if (!predicts) {
    const { machine } = network, sums = over_images(run.trace.images);
    return [
      [in_unit("cycles", machine.counters.cycles), "cycles" + sums],
      [and_unit("s", seconds(machine.counters.cycles)), "at " + run.machine.clock_mhz + " MHz" + sums],
      [and_unit("energy", machine.energy.total), "energy" + sums],
      [and_unit("mW", data().rates.milliwatts ?? NaN), "power"],
    ];
  }
  return [
    [percent(network.mac_reduction), "of the network's MACs saved"],
    [fixed(network.speed_up, 2) + " ×", "speed-up over the machine without prediction"],
    [fixed(network.energy_ratio, 2) + " ×", "energy without prediction / energy of this machine"],
    [percent(network.false_zero_share), "of the predicted zeros are false"],
  ];
}

// The name of the machine without prediction: it also skips zero activations if the machine does.
function dense_name() {
  return run.machine.array.skip_zero_activations === true ?
    "dense, also skipping" : "without prediction";
}

// The ratios over parts of the network.
function scope_table() {
  const rows = data().scopes.filter(({ name }) => run.totals[name].layers > 0)
    .map(({ name, label }) => ({ label: label.replace(" *", ""), ...run.totals[name] }));
  const ratio = (name, title, show) => ({ name, title, value: (row) => row[name], show });
  const times = (value) => fixed(value, 2);
  const of_prediction = [
    ratio("mac_reduction", "MACs saved, %", of_100),
    ratio("speed_up", "speed-up, ×", times),
    ratio("energy_ratio", "energy ratio, ×", times),
    ratio("false_zero_share", "false zeros, %", of_100),
  ];
  return sortable_table("scopes",
    "Ratios by what they are over" + (predicts ?
      "; speed-up and energy ratio: the same machine without prediction / this one" : ""),
    [
      { name: "scope", title: "over", value: (row) => row.label },
      ratio("layers", "layers"),
      ...(predicts ? of_prediction : []),
      ratio("utilisation", "utilisation, %", of_100),
    ],
    rows, "scopes.csv");
}

function spread_line() {
  if (run.trace.images < 2) return null;
  const text = (name, label, unit) => {
    const { mean, standard_deviation } = run.over_images[name];
    const { scale, decimals, shown } = unit_called(unit);
    return [label, fixed(mean * scale, decimals), "±", fixed(standard_deviation * scale, decimals), shown]
      .join(" ").trim();
  };
  const of_prediction = [
    text("mac_reduction", "MACs saved", "share"), text("speed_up", "speed-up", "ratio"),
    text("energy_ratio", "energy ratio", "ratio"), text("false_zero_share", "false zeros", "share")
  ];
  return element("p", { id: "spread" },
    "Per image, mean ± standard deviation: " +
      [
        text("cycles", "cycles", "cycles"), text("energy", "energy", "energy"),
        ...(predicts ? of_prediction : [])
      ].join(", ") +
      ".");
}

function show_heading() {
  const { trace, machine } = run;
  page_header(trace.network + " on " + machine.name);
  document.getElementById("page").append(...[
    ...trace_notices([{ synthetic: trace.synthetic, has_values: data().has_values }]),
    figures(figures_on_top()),
    run_facts(),
    scope_table(),
    unrecorded_notice(data().unrecorded),
    ...warnings(data().warnings),
    spread_line(),
  ].filter((part) => part));
}

show_heading();
show_machine();
show_speed_up();
show_layers();
show_roofline();
show_strips();
show_table();
document.getElementById("page").append(element("p", { class: "faint" },
  "Made by peeksim " + run.program.version +
    " from counters that are exact for the machine as it is defined. What " +
    "they mean, and what the model leaves out: docs/machine.md, " +
    "docs/energy.md and docs/deviations.md of peeksim."));
