// The report of a run: why its speed-up is what it is, in words and as a sum of cycles
// (sim/report/numbers/speed_up_causes.h).
"use strict";

function show_speed_up() {
  const { words, causes, network } = data().speed_up;
  if (words.length === 0) return;
  const said = element("div", { id: "speed-up-words" },
    ...words.map((sentence) => element("p", {}, sentence)));
  if (predicted.length === 0) {
    section("speed-up", "Where the cycles went", "", said);
    return;
  }
  section("speed-up", "Why the speed-up is " + fixed(run.totals.network.speed_up, 2), "", said,
    speed_up_sum(causes, network), speed_up_layers(causes));
}

// From the cycles without prediction to those of the run.
function speed_up_sum(causes, network) {
  const rows = [
    ["without prediction", network.dense, ""],
    [
      "taken by the saved MACs", network.bound - network.dense,
      "What would be saved if the cycles of every layer shrank as its MACs do."
    ],
    ...causes.map(({ label, meaning }, i) => [label, network.lost[i], meaning]),
    ["this run", network.run, ""],
  ];
  const is_sum = (row) => row === rows[0] || row === rows[rows.length - 1];
  const signed = (row, text) => (row[1] > 0 && !is_sum(row) ? "+" : "") + text;
  return plain_table("speed-up-table", "The cycles of the run as a sum",
    [
      { name: "part", title: "cycles", value: (row) => row[0] },
      { name: "cycles", title: "number" + over_images(run.trace.images), value: (row) => signed(row, whole(row[1])) },
      {
        name: "share", title: "% of those without prediction",
        value: (row) => signed(row, of_100(row[1] / network.dense))
      },
      { name: "meaning", title: "", sentences: true, value: (row) => row[2] },
    ], rows);
}

// The same for every layer, in % of its cycles without prediction.
function speed_up_layers(causes) {
  const rows = layers.map((layer, i) => ({ layer, part: data().speed_up.layers[i] }));
  const share = (name, title, cycles, hint) => ({
    name, title, hint, value: ({ part }) => cycles(part) / unless_zero(part.dense, 1), show: of_100
  });
  return element("details", { id: "speed-up-layers" },
    element("summary", {}, "By layer"),
    sortable_table("speed-up-layers-table",
      "% of the layer's cycles without prediction; below 0: won",
      [
        { name: "layer", title: "layer", value: ({ layer }) => layer.name },
        {
          name: "cycles_dense", title: "cycles without prediction",
          value: ({ part }) => part.dense, show: whole
        },
        share("saved_macs", "taken by the saved MACs", (part) => part.dense - part.bound),
        ...causes.map(({ label, meaning }, i) =>
          share(label.replaceAll(" ", "_"), label, (part) => part.lost[i], meaning)),
        share("saved", "saved", (part) => part.dense - part.run),
      ],
      rows, "speed-up.csv"));
}
