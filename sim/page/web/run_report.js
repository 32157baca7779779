// The report of one run. data(): {results: the run's results.json (docs/results-format.md)}.
"use strict";

const run = data().results;

// Where a layer's cycles went, as counters.h names it.
const cycle_parts = [
  ["array_busy", "computing", "c1"],
  ["predict_stall", "waiting for a prediction", "c2"],
  ["drain_stall", "waiting for the drain", "c5"],
  ["memory_stall", "waiting for data", "c4"],
  ["tail", "tail", "c7"],
];

function show_heading() {
  const { trace, machine, totals } = run;
  page_header(
    trace.network + " on " + machine.name,
    trace.file + ", " + whole(trace.images) + (trace.images === 1 ? " image, " : " images, ") +
      trace.loop + " loop; beside it the same machine without prediction",
  );
  if (trace.synthetic) document.getElementById("page").append(synthetic_notice());
  document.getElementById("page").append(figures([
    [percent(totals.network.mac_reduction), "of the network's MACs saved"],
    [fixed(totals.network.speed_up, 2) + " ×", "speed-up"],
    [fixed(totals.network.energy_ratio, 2) + " ×", "energy of the dense machine / this one's"],
    [percent(totals.network.false_zero_share), "of the predicted zeros false"],
  ]));
}

function show_cycles() {
  const side = (who, stack, fade) => cycle_parts.map(([counter, label, tint]) => ({
    label: label + (who === "dense" ? ", without prediction" : ""),
    stack,
    backgroundColor: colour(tint) + fade,
    data: run.layers.map((layer) => layer[who].counters[counter]),
  }));
  section("cycles", "Cycles",
    "Per layer, by where they went; beside each, paler, the same machine without prediction.",
    chart("cycles-chart", "Cycles of every layer by where they went, beside the dense machine", 380, () => ({
      type: "bar",
      data: {
        labels: run.layers.map((layer) => layer.name),
        datasets: [...side("machine", "machine", ""), ...side("dense", "dense", "77")],
      },
      options: {
        interaction: { mode: "index" },
        scales: { x: { stacked: true }, y: axis("cycles", { stacked: true, ticks: { callback: short_number } }) },
        plugins: {
          legend: { labels: { filter: (item) => item.datasetIndex < cycle_parts.length } },
          tooltip: { filter: (item) => item.raw > 0, callbacks: {
            label: (item) => item.dataset.label + ": " + whole(item.raw) } },
        },
      },
    })));
}

show_heading();
show_cycles();
