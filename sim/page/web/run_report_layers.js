// The report of a run, layer by layer: where cycles, energy, MACs and bytes went, as bars. A
// layer has two bars: this machine's, and below it, fainter, that of the same machine without
// prediction.
"use strict";

const run = data().results; // docs/results-format.md
const layers = run.layers;
const predicted = layers.filter((layer) => layer.policy !== "none");
const predicts = predicted.length > 0; // else there is nothing to compare with
const seconds = (cycles) => cycles / (run.machine.clock_mhz * 1e6);

// A layer's name, marked when its weights are streamed.
const layer_label = (layer) => layer.name + (layer.weights_streamed ? " *" : "");

// Unknown numbers are null in results.json, or missing in files of an older version.
function mark_unknown(numbers, names = Object.keys(numbers)) {
  for (const name of names) numbers[name] ??= NaN;
}
for (const pair of [...layers, ...Object.values(run.totals)]) {
  mark_unknown(pair);
  for (const side of [pair.machine, pair.dense]) {
    mark_unknown(side.counters, Object.keys(data().counters));
    mark_unknown(side.energy);
  }
}
for (const { machine, dense } of data().buffer_bytes) {
  mark_unknown(machine);
  mark_unknown(dense);
}
for (const spread of Object.values(run.over_images)) mark_unknown(spread);

const of_100 = (part) => fixed(100 * part, 1);

// The components that took energy: others belong to units that the machine does not have.
const energy_parts = data().energy_components
  .filter(({ name }) =>
    layers.some((layer) => [layer.machine, layer.dense].some(({ energy }) => energy[name] !== 0)))
  .map(({ name, label }) => ({ label, tint: energy_tint(name), of: (side) => side.energy[name] }));

const mac_parts = [
  { label: "executed", tint: "c1", of: (side) => side.counters.macs_executed },
  {
    label: "zero-gated: the activation is 0",
    tint: "c4",
    of: (side) => side.counters.macs_zero_gated
  },
  { label: "predicted: never executed", tint: "c3", of: (side) => side.counters.macs_predicted },
].slice(0, predicts ? 3 : 2);

const dram_parts = [
  { label: "ifmap read", tint: "c3", of: (side) => side.counters.ifmap_fill_bytes },
  { label: "weights read", tint: "c4", of: (side) => side.counters.weight_fill_bytes },
  { label: "residual read", tint: "c2", of: (side) => side.counters.residual_bytes },
  { label: "ofmap written", tint: "c5", of: (side) => side.counters.dram_write_bytes },
];

const buffer_parts = [
  { label: "ifmap buffer", tint: "c3", of: (side) => side.buffer_bytes.ifmap },
  { label: "weight buffer", tint: "c4", of: (side) => side.buffer_bytes.weight },
  { label: "ofmap buffer", tint: "c5", of: (side) => side.buffer_bytes.ofmap },
];

// One side of a layer with all numbers that the parts need; who: "machine" or "dense".
const side_of = (layer, who) =>
  ({ ...layer[who], buffer_bytes: data().buffer_bytes[layers.indexOf(layer)][who] });

const total = (parts, side) => parts.reduce((sum, part) => sum + part.of(side), 0);

let in_percent = false; // of the same layer without prediction, for all bars of the page

// Room for a name beside every pair of bars, and for the legend and the axis.
const bars_height = (count, legend_rows = 2) =>
  count * (count > 30 ? 19 : 26) + 70 + 22 * legend_rows;

const name_axis = (more) =>
  ({ ticks: { autoSkip: false, font: { size: 11 } }, grid: { display: false }, ...more });

// The title of an axis: "energy, µJ (all 2 images)".
const quantity_title = (quantity, unit) =>
  with_unit(quantity, unit) + (unit_called(unit).adds_up ? over_images(run.trace.images) : "");

// A section with a bar chart. quantity: what the parts are of, in `unit`.
function layer_bars(id, title, explanation, quantity, unit, parts) {
  const datasets = (who, fade) => parts.map((part) => ({
    label: part.label,
    stack: who,
    backgroundColor: colour(part.tint) + fade,
    data: layers.map((layer) => {
      const amount = part.of(side_of(layer, who));
      const all = unless_zero(total(parts, side_of(layer, "dense")), 1);
      return in_percent ? (100 * amount) / all : scaled(unit, amount);
    }),
  }));
  const amount_text = (item) =>
    (in_percent ? fixed(item.raw, 1) + " %" : short_number(item.raw));
  const who_text = (item) => (item.dataset.stack === "dense" ? "without prediction, " : "");
  return section(id, title, explanation,
    chart(id + "-chart",
      title + " of every layer" + (predicts ? ", beside the machine without prediction" : ""),
      bars_height(layers.length, parts.length > 5 ? 3 : 2), () => ({
        type: "bar",
        data: {
          labels: layers.map(layer_label),
          datasets: [...datasets("machine", ""), ...(predicts ? datasets("dense", "70") : [])],
        },
        options: {
          indexAxis: "y",
          interaction: { mode: "index", axis: "y" },
          datasets: { bar: { categoryPercentage: 0.86, barPercentage: 0.95 } },
          scales: {
            x: axis(in_percent ?
                quantity + ", % of the layer without prediction" : quantity_title(quantity, unit),
              { stacked: true, ticks: { callback: in_percent ? (value) => value : short_number } }),
            y: name_axis({ stacked: true }),
          },
          plugins: {
            legend: legend_of_one_side(parts.length),
            tooltip: {
              filter: (item) => item.raw > 0,
              callbacks:
                { label: (item) => who_text(item) + item.dataset.label + ": " + amount_text(item) }
            },
          },
        },
      })));
}

// A legend of the first datasets; an entry also shows and hides the same part of the other side.
const legend_of_one_side = (count) => ({
  labels: { boxWidth: 14, filter: (item) => item.datasetIndex < count },
  onClick: (event, item, legend) => {
    const visible = !legend.chart.isDatasetVisible(item.datasetIndex);
    for (const index of [item.datasetIndex, item.datasetIndex + count])
      legend.chart.setDatasetVisibility(index, visible);
    legend.chart.update();
  },
});

// Right and wrong predictions. No counter tells how many of the computed outputs are zero, so missed
// zeros are not shown.
function show_quality() {
  const asked = ({ machine: { counters } }) => unless_zero(counters.neighbors, counters.outputs);
  const parts = [
    ["correct: predicted zero, and at most 0", "c3", (c) => c.correct_zero],
    ["false: predicted zero, and above 0", "bad", (c) => c.false_zero],
  ];
  const others = layers.filter((layer) => layer.policy === "none");
  const explanation = "Of the outputs that could be predicted (the neighbors of peeks; " +
    "with an oracle all), the share " +
    "that was predicted zero, right and wrong. The rest was computed; " +
    "how much of it is zero is not counted.";
  const made = section("quality", "Quality of predictions", explanation,
    chart("quality-chart", "Right and wrong predictions of every predicted layer",
      bars_height(predicted.length, 1), () => ({
        type: "bar",
        data: {
          labels: predicted.map(layer_label),
          datasets: parts.map(([label, tint, of]) => ({
            label,
            backgroundColor: colour(tint),
            data: predicted.map((layer) =>
              (100 * of(layer.machine.counters)) / unless_zero(asked(layer), 1)),
          })),
        },
        options: {
          indexAxis: "y",
          interaction: { mode: "index", axis: "y" },
          scales: {
            x: axis("% of the outputs that could be predicted", { stacked: true, min: 0 }),
            y: name_axis({ stacked: true }),
          },
          plugins: {
            legend: { labels: { boxWidth: 14 } },
            tooltip: {
              callbacks: {
                label: (item) => item.dataset.label + ": " + fixed(item.raw, 1) + " %, " +
                  whole(
                    parts[item.datasetIndex][2](predicted[item.dataIndex].machine.counters)) +
                  " outputs",
                footer: (items) => percent(predicted[items[0].dataIndex].false_zero_share) +
                  " of the predicted zeros are false"
              }
            },
          },
        },
      })));
  if (others.length > 0)
    made.append(element("p", { class: "faint" },
      "Not predicted: " +
        others
          .map((layer) => layer.name +
              (layer.not_predicted_because ? " (" + layer.not_predicted_because + ")" : ""))
          .join(", ") +
        "."));
  return made;
}

function show_layers() {
  const compared = "Upper bars: this machine. Lower, fainter bars: the same machine " +
    "without prediction. ";
  const streamed = layers.some((layer) => layer.weights_streamed) ?
    " *: weights streamed" + (predicts ? "; prediction changes their DRAM traffic too." : ".") : "";
  section("layers", "Layer by layer",
    (predicts ? compared : "") + "A click on a legend hides " +
      "a part; arrow keys walk through a chart that has the focus." + streamed,
    predicts ? choice("bars-show", "Bars show",
      [["amount", "amounts"], ["percent", "% of the layer without prediction"]],
      (value) => {
        in_percent = value === "percent";
        redraw();
      }) : null,
    element("div", { class: "pairs" },
      layer_bars("cycles", "Cycles", "By what they were spent on.", "cycles", "cycles",
        cycle_parts.filter(({ name }) => predicts || name !== "predict_stall")
          .map((part) => ({ ...part, of: (side) => side.counters[part.name] }))),
      layer_bars("energy", "Energy", "By component.", "energy", "energy", energy_parts),
      layer_bars("macs", "MACs",
        (predicts ? "Executed, zero-gated or skipped" : "Executed or zero-gated") +
          ". Zero-gated ones take their time and save only energy.",
        "MACs", "MACs", mac_parts),
      predicts ? show_quality() : null,
      layer_bars(
        "dram", "DRAM traffic", "By what was moved.", "DRAM traffic", "bytes", dram_parts),
      layer_bars("buffers", "Buffer traffic",
        "Reads, writes and fills at the ports of the on-chip buffers.", "buffer traffic", "bytes",
        buffer_parts)));
}
