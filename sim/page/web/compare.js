// The page of a comparison of runs. data(): {runs, in_words, changed, figures, metrics, network, layers, same_traces,
// same_energy_tables}; a run has a value of each figure, a row a list of values by metric, one of each run, null
// where there is none.
"use strict";

const { runs, figures: run_figures, metrics, layers, network, changed, in_words } = data();
const relative = (metric) => metric.unit !== "%"; // others are compared by their difference

const scaled = (metric, value) => (value == null ? null : value * metric.scale);
const text = (metric, value) =>
  value == null ? "-" : fixed(scaled(metric, value), metric.decimals);

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

function show_heading() {
  page_header(runs.map((run) => run.name + ": " + run.machine).join(", "),
    "Cycles, energy, MACs and traffic; factors are over those of " + runs[0].name + ".");
  const page = document.getElementById("page");
  if (runs.some((run) => run.synthetic)) page.append(synthetic_notice());
  if (!data().same_traces)
    page.append(element("p", { class: "synthetic" },
      "Different traces: what differs is not the machines' alone"));
  if (!data().same_energy_tables)
    page.append(element("p", { class: "synthetic" },
      "Different energy tables do not compare; peeksim price prices a run again"));
  page.append(element("ul", {}, ...runs.map((run) => element("li", {},
    element("b", {}, run.name), " " + run.path + ": " + run.network + " (" + run.trace + ", sha256 " +
      run.sha256.slice(0, 12) + ", " + whole(run.images) + (run.images === 1 ? " image)" : " images)"),
    unrecorded_notice(run.unrecorded)))));
}

function show_machines() {
  const columns = [
    { name: "machine", title: "machine", value: (run) => run.name + ": " + run.machine },
    ...run_figures.map((figure) => ({ name: figure.name, title: figure.label + ", " + figure.unit,
      value: (run) => text(figure, run[figure.name]) })),
    { name: "ports", title: "ifmap / weight port", value: (run) => run.ports },
  ];
  section("machines", "Against " + runs[0].name, in_words,
    plain_table("machines-table", "Figures of the network, by machine", columns, runs));
}

function show_network() {
  const columns = [
    { name: "metric", title: "metric", value: (metric) => metric.label + ", " + metric.unit },
    ...runs.map((run, i) => ({ name: run.name, title: run.name,
      value: (metric) => text(metric, network[metric.name][i]) })),
    ...runs.slice(1).map((run, i) => ({ name: run.name + "_over_" + runs[0].name,
      title: run.name + " against " + runs[0].name,
      value: (metric) => against_text(metric, against(metric, network[metric.name], i + 1)) })),
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

function show_layers() {
  let metric = metrics[0];
  const choose = choice("metric", "Metric", metrics.map((one) => [one.name, one.label]), (name) => {
    metric = metrics.find((one) => one.name === name);
    bars.redraw();
  });
  const bars = chart("layers-chart", "The chosen metric of every layer, by run", 380, () => ({
    type: "bar",
    data: {
      labels: layers.map((row) => row.name),
      datasets: runs.map((run, i) => ({
        label: run.name + ": " + run.machine,
        backgroundColor: colour("c" + (1 + (i % 8))),
        data: layers.map((row) => scaled(metric, row[metric.name][i])),
      })),
    },
    options: {
      interaction: { mode: "index" },
      scales: { y: axis(metric.label + ", " + metric.unit, { beginAtZero: true }) },
      plugins: { tooltip: { callbacks: { label: (item) => {
        const values = layers[item.dataIndex][metric.name];
        const more = item.datasetIndex === 0 ? "" :
          " (" + against_text(metric, against(metric, values, item.datasetIndex)) + ")";
        return item.dataset.label + ": " + text(metric, values[item.datasetIndex]) + more;
      } } } },
    },
  }));
  const columns = [{ name: "layer", title: "layer", value: (row) => row.name }];
  for (const one of metrics) {
    for (const [i, run] of runs.entries())
      columns.push({ name: one.name + "_" + run.name, title: run.name + ": " + one.label + ", " + one.unit,
        value: (row) => row[one.name][i], show: (value) => text(one, value) });
    for (const [i, run] of runs.slice(1).entries())
      columns.push({ name: one.name + "_" + run.name + "_over_" + runs[0].name,
        title: run.name + " against " + runs[0].name + ": " + one.label,
        value: (row) => against(one, row[one.name], i + 1), show: (value) => against_text(one, value) });
  }
  section("layers", "Every layer", "Layers are matched by name. Numbers in the CSV are in whole units.",
    choose, bars,
    sortable_table("layers-table", "Every metric of every layer", columns, layers, "compare.csv"));
}

show_heading();
show_machines();
show_network();
show_changed();
show_layers();
