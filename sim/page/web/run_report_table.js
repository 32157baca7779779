// The report of a run: its layers as a table, in the columns of layers.csv.
"use strict";

const unit_of = (name) => {
  const plain = name.replace(/^dense_/, "");
  if (plain.startsWith("energy_") && plain !== "energy_ratio" && plain !== "energy_unit")
    return unit_called("energy").shown;
  if (plain.endsWith("bytes")) return "B";
  if (plain === "ifmap_reads" || plain === "weight_reads" || plain === "ofmap_writes")
    return "elements";
  if (/^(cycles|array_busy|tail|.*_stall)$/.test(plain)) return "cycles";
  return {
    speed_up: "×",
    energy_ratio: "×",
    mac_reduction: "%",
    utilisation: "%",
    false_zero_share: "%"
  }[plain];
};

// All columns of layers.csv, in its order.
function table_columns() {
  const shape = ["C", "H", "W", "K", "P", "Q", "R", "S", "groups"];
  const column = (name, value) => {
    const unit = unit_of(name);
    const title = name.replaceAll("_", " ") + (unit && unit !== name ? ", " + unit : "");
    const plain = (shown) => (typeof shown === "number" ?
      shown.toLocaleString("en-US", { maximumFractionDigits: 1 }) : shown);
    const show = {
      "%": of_100, "×": (ratio) => fixed(ratio, 2),
      [unit_called("energy").shown]: (energy) => in_unit("energy", energy)
    }[unit] ?? plain;
    return { name, title, value, show, hint: data().counters[name.replace(/^dense_/, "")] };
  };
  const energies = [...data().energy_components.map(({ name }) => name), "total"];
  const side = (prefix, who) => [
    ...Object.keys(data().counters).map((name) =>
      column(prefix + name, (layer) => layer[who].counters[name])),
    ...energies.map((name) =>
      column(prefix + "energy_" + name, (layer) => layer[who].energy[name])),
  ];
  const own = (name) => column(name, (layer) => layer[name]);
  return [
    column("network", () => run.trace.network),
    column("synthetic", () => Number(run.trace.synthetic)),
    column("loop", () => run.trace.loop ?? "open"),
    column("images", () => run.trace.images),
    { ...column("layer", (layer) => layer.name), show: (_, layer) => layer_label(layer) },
    own("kind"),
    ...shape.map((name) => column(name, (layer) => layer.shape[name])),
    own("policy"),
    own("not_predicted_because"),
    column("weights_streamed", (layer) => Number(layer.weights_streamed)),
    own("mac_reduction"),
    own("speed_up"),
    own("energy_ratio"),
    column("energy_unit", () => run.energy_table.unit),
    own("utilisation"),
    own("false_zero_share"),
    ...side("", "machine"),
    ...side("dense_", "dense"),
  ];
}

// The sets of columns to choose from; the layer's name stays on the left.
const summary_columns = [
  "kind", "policy", "macs_total", "mac_reduction", "cycles", "speed_up", "utilisation",
  "array_busy", "predict_stall", "drain_stall", "memory_stall", "tail", "dram_read_bytes",
  "dram_write_bytes", "energy_total", "energy_ratio", "predicted_zero", "false_zero_share"
];
const of_prediction = [
  "mac_reduction", "speed_up", "predict_stall", "energy_ratio", "predicted_zero", "false_zero_share"
];
const column_sets = [
  [
    "summary", "a summary",
    (name) => summary_columns.includes(name) && (predicts || !of_prediction.includes(name))
  ],
  [
    "shape", "shapes and prediction",
    (name) => /^([A-Z]|groups|kind|policy|not_predicted_because|weights_streamed)$/.test(name)
  ],
  ["counters", "counters", (name) => name in data().counters],
  ["energy", "energy", (name) => /^(dense_)?energy_/.test(name)],
  ...(predicts ? [["dense", "without prediction", (name) => name.startsWith("dense_")]] : []),
  ["all", "all columns of layers.csv", () => true],
];

function show_table() {
  const columns = table_columns();
  const holder = element("div");
  const show = (set) => {
    const [, text, wanted] = column_sets.find(([name]) => name === set);
    const shown = columns.filter(({ name }) => name === "layer" || wanted(name));
    if (set !== "all") shown.sort((a, b) => (b.name === "layer") - (a.name === "layer"));
    holder.replaceChildren(
      sortable_table("layers-table", "Layers: " + text + over_images(run.trace.images), shown, layers, "layers.csv"));
  };
  show("summary");
  const select =
    choice("table-columns", "Columns", column_sets.map(([name, text]) => [name, text]), show);
  section("table", "All numbers",
    "A click on a heading sorts. The CSV holds the columns that are " +
      "shown, with names, units and digits of layers.csv." +
      (layers.some((layer) => layer.weights_streamed) ? " *: weights streamed." : ""),
    select, holder);
  // Only the summary fits on paper.
  addEventListener("beforeprint", () => show("summary"));
  addEventListener("afterprint", () => show(select.querySelector("select").value));
}
