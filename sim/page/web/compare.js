// The page of a comparison of runs. data(): {runs, in_words, changed, figures, metrics, network, layers, same_traces,
// same_energy_tables, energy_components, units}; a run has a value of each figure, a row a list of values by
// metric, one of each run, null where there is none. sim/page/compare_page.cpp adds to the runs.
"use strict";

const { runs, figures: run_figures, metrics, layers, network, changed, in_words } = data();
const relative = (metric) => metric.unit !== "share"; // others are compared by their difference
const title_of = (run) => run.name + ": " + run.machine;

const text = (unit, value) => (value == null ? "-" : in_unit(unit, value));

// " (all 2 images)", where the runs are of the same number of images.
const of_images = runs.every((run) => run.images === runs[0].images) ? over_images(runs[0].images) : "";
const heading_of = ({ label, unit }) => with_unit(label, unit) + (unit_called(unit).adds_up ? of_images : "");

// A run relative to the first: the ratio, or the difference of shares.
function against(metric, values, run) {
  const [first, own] = [values[0], values[run]];
  if (first == null || own == null || (relative(metric) && first === 0)) return null;
  return relative(metric) ? own / first : own - first;
}

const against_text = (metric, value) =>
  value == null ? "-"
    : relative(metric) ? fixed(value, 3) + " ×"
      : (value > 0 ? "+" : "") + fixed(100 * value, 1) + " points";

function run_line(run) {
  return element("li", {},
    element("b", {}, run.name), " " + run.path + ": " + run.network + " (" + run.trace + ", sha256 " +
      run.sha256.slice(0, 12) + ", " + whole(run.images) + (run.images === 1 ? " image" : " images; all sums are over all of them") +
      "); priced by " + run.energy_table + ", DRAM as " + run.dram_kind,
    run.streamed.length === 0 ? null
      : element("p", { class: "faint" }, "Streams the weights of " + run.streamed.join(", ") +
        " (*): prediction changes their DRAM traffic too."),
    unrecorded_notice(run.unrecorded), ...warnings(run.warnings));
}

function show_heading() {
  page_header(runs.map(title_of).join(", "),
    "Cycles, energy, MACs and traffic; factors are over those of " + runs[0].name + ".");
  const page = document.getElementById("page");
  page.append(...trace_notices(runs, (run) => run.name));
  if (!data().same_traces)
    page.append(element("p", { class: "synthetic" },
      "Different traces: what differs is not the machines' alone"));
  if (!data().same_energy_tables)
    page.append(element("p", { class: "synthetic" },
      "Different energy tables do not compare; peeksim price prices a run again"));
  page.append(element("ul", { id: "runs" }, ...runs.map(run_line)));
}

function show_machines() {
  const columns = [
    { name: "machine", title: "machine", value: title_of },
    ...run_figures.map((figure) => ({ name: figure.name,
      title: heading_of(figure) + (figure.unit === "ratio" ? " of " + runs[0].name : ""),
      value: (run) => text(figure.unit, run[figure.name]) })),
    { name: "ports", title: "ifmap / weight port", value: (run) => run.ports },
  ];
  section("machines", "Against " + runs[0].name, in_words,
    plain_table("machines-table", "Figures of the network, by machine", columns, runs));
}

// A bar for every run, of parts. parts: [{label, tint, of(run): number or null}], in the unit of the axis.
const stacked_bars = (id, label, axis_title, parts) => chart(id, label, 90 + 34 * runs.length, () => ({
  type: "bar",
  data: {
    labels: runs.map(title_of),
    datasets: parts.map((part) => ({ label: part.label, backgroundColor: colour(part.tint), data: runs.map(part.of) })),
  },
  options: {
    indexAxis: "y",
    interaction: { mode: "index", axis: "y" },
    scales: {
      x: axis(axis_title, { stacked: true, ticks: { callback: short_number } }),
      y: { stacked: true, ticks: { autoSkip: false }, grid: { display: false } },
    },
    plugins: {
      legend: { labels: { boxWidth: 14 } },
      tooltip: { filter: (item) => item.raw > 0,
        callbacks: { label: (item) => item.dataset.label + ": " + short_number(item.raw) } },
    },
  },
}));

function show_time_and_energy() {
  const seconds_of = (part) => (run) => scaled("s",
    run.cycle_parts[part] == null ? null : run.cycle_parts[part] / (run.clock_mhz * 1e6));
  const components = data().energy_components.map((component, i) => ({ ...component, place: i }))
    .filter(({ place }) => runs.some((run) => run.energies[place] > 0));
  const first = runs[0];
  const rows = [
    [heading_of({ label: "time", unit: "s" }), "s", (run) => run.seconds],
    ["speed-up over " + first.name + ", ×", "ratio", (run) => ratio(first.seconds, run.seconds)],
    ["over itself without prediction, ×", "ratio", (run) => run.over_itself],
    [heading_of({ label: "energy", unit: "energy" }), "energy", (run) => run.energy],
    ...components.map(({ label, place }) => ["of it " + label, "energy", (run) => run.energies[place]]),
  ];
  const columns = [
    { name: "part", title: "", value: ([label]) => label },
    ...runs.map((run) => ({ name: run.name, title: title_of(run), value: ([, unit, of]) => text(unit, of(run)) })),
  ];
  section("time-and-energy", "Time and energy", "Time by what it was spent on, energy by component.",
    element("div", { class: "pairs" },
      stacked_bars("time-chart", "Time of every machine, by what it was spent on",
        heading_of({ label: "time", unit: "s" }),
        cycle_parts.map((part, i) => ({ ...part, of: seconds_of(i) }))
          .filter(({ of }) => runs.some((run) => of(run) > 0))),
      components.length === 0 ? null
        : stacked_bars("energy-chart", "Energy of every machine, by component",
          heading_of({ label: "energy", unit: "energy" }),
          components.map(({ name, label, place }) =>
            ({ label, tint: energy_tint(name), of: (run) => scaled("energy", run.energies[place]) })))),
    plain_table("time-and-energy-table", "Time, speed-up and energy by component, by machine", columns, rows));
}

const ratio = (number, by) => (number == null || !by ? null : number / by);

// Of a run that predicts nothing no predicted zero is false.
const known = (metric, value, run) =>
  (metric.name === "false_zero_share" && run.false_zero_share == null ? null : value);

function show_network() {
  const columns = [
    { name: "metric", title: "metric", value: heading_of },
    ...runs.map((run, i) => ({ name: run.name, title: run.name,
      value: (metric) => text(metric.unit, known(metric, network[metric.name][i], run)) })),
    ...runs.slice(1).map((run, i) => ({ name: run.name + "_over_" + runs[0].name,
      title: run.name + " against " + runs[0].name,
      value: (metric) => against_text(metric, against(metric,
        network[metric.name].map((value, place) => known(metric, value, runs[place])), i + 1)) })),
  ];
  section("network", "The whole network", "",
    plain_table("network-table", "Metrics of the network, by run", columns, metrics));
}

function show_changed() {
  const columns = [
    { name: "key", title: "key", value: (row) => row.key },
    ...runs.map((run, i) => ({ name: run.name, title: run.name, value: (row) => row.values[i] })),
  ];
  section("changed", "What differs between the machines", "",
    changed.length === 0 ? element("p", {}, "Nothing: the machines are the same.")
      : plain_table("changed-table", "Keys that differ, by run", columns, changed));
}

// Marked where a run streams its weights.
const layer_name = ({ name }) => name + (runs.some((run) => run.streamed.includes(name)) ? " *" : "");

function show_layers() {
  let metric = metrics[0];
  const choose = choice("metric", "Metric", metrics.map((one) => [one.name, one.label]), (name) => {
    metric = metrics.find((one) => one.name === name);
    bars.redraw();
  });
  const bars = chart("layers-chart", "The chosen metric of every layer, by run", 380, () => ({
    type: "bar",
    data: {
      labels: layers.map(layer_name),
      datasets: runs.map((run, i) => ({
        label: title_of(run),
        backgroundColor: colour("c" + (1 + (i % 8))),
        data: layers.map((row) => scaled(metric.unit, row[metric.name][i])),
      })),
    },
    options: {
      interaction: { mode: "index" },
      scales: { y: axis(heading_of(metric), { beginAtZero: true, ticks: { callback: short_number } }) },
      plugins: { tooltip: { callbacks: { label: (item) => {
        const values = layers[item.dataIndex][metric.name];
        const more = item.datasetIndex === 0 ? "" :
          " (" + against_text(metric, against(metric, values, item.datasetIndex)) + ")";
        return item.dataset.label + ": " + text(metric.unit, values[item.datasetIndex]) + more;
      } } } },
    },
  }));
  const columns = [{ name: "layer", title: "layer", value: (row) => row.name, show: (_, row) => layer_name(row) }];
  for (const one of metrics) {
    for (const [i, run] of runs.entries())
      columns.push({ name: one.name + "_" + run.name, title: run.name + ": " + with_unit(one.label, one.unit),
        value: (row) => row[one.name][i], show: (value) => text(one.unit, value) });
    for (const [i, run] of runs.slice(1).entries())
      columns.push({ name: one.name + "_" + run.name + "_over_" + runs[0].name,
        title: run.name + " against " + runs[0].name + ": " + one.label,
        value: (row) => against(one, row[one.name], i + 1), show: (value) => against_text(one, value) });
  }
  section("layers", "Every layer", "Layers are matched by name. Numbers in the CSV are in whole units." +
    (runs.some((run) => run.streamed.length > 0) ? " *: a run streams the layer's weights." : ""),
    choose, bars,
    sortable_table("layers-table", "Every metric of every layer", columns, layers, "compare.csv"));
}

show_heading();
show_machines();
show_time_and_energy();
show_network();
show_changed();
show_layers();
