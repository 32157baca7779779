// The report of a run: the machine as a block diagram (docs/machine.md), each block with its size,
// its utilisation, and its share of energy and area.
"use strict";

function shape(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const bytes_text = (bytes) =>
  (bytes % 1024 === 0 ? whole(bytes / 1024) + " KiB" : whole(bytes) + " B");

// Whether a side of the run compares peeks: else its machine has no prediction unit.
const has_prediction_unit = (who) => run.totals.network[who].counters.comparisons !== 0;

// The blocks of one side of the network or of a layer. at: x, y, width, height in the picture;
// use: utilisation from 0 to 1, or null where no counter tells; energy: components of results.json; area: a
// component or null. utilisation: of the PE array, on that side.
function machine_blocks({ counters: c }, utilisation, predicting) {
  const { array, buffers, dram } = run.machine;
  const row = array.cols * c.cycles;
  const read_port = (reads, width) => {
    const mean = short_number(c[reads] / c.cycles) + " elements per cycle";
    if (width === 0)
      return {
        use: null,
        formula: "no limit to be measured by: " + mean,
        port: "reads without limit"
      };
    return {
      use: c[reads] / (width * c.cycles),
      formula: reads + " / (" + width + " elements per cycle × cycles)",
      port: width + " elements/cycle read",
    };
  };
  const channel = (bytes) => bytes / (dram.bytes_per_cycle * c.cycles);
  const of_channel = "/ (" + dram.bytes_per_cycle + " B per cycle × cycles)";
  const ifmap = read_port("ifmap_reads", buffers.ifmap_read_width);
  const weight = read_port("weight_reads", buffers.weight_read_width);
  return [
    {
      name: "DRAM",
      at: [12, 130, 170, 390],
      size: [dram.bytes_per_cycle + " B/cycle", "latency " + dram.latency + " cycles"],
      use: channel(c.dram_read_bytes + c.dram_write_bytes),
      formula: "(dram_read_bytes + dram_write_bytes) " + of_channel,
      energy: ["dram"],
      area: []
    },
    {
      name: "Sequencer",
      at: [242, 20, 170, 76],
      size: [
        short_number(c.tiles_dense + c.tiles_peek + c.tiles_lookahead + c.tiles_neighbor) +
          " tiles",
        ...(predicting ? [short_number(c.tiles_skipped) + " skipped"] : [])
      ],
      use: null,
      formula: "no counter",
      energy: [],
      area: []
    },
    {
      name: "DMA loader",
      at: [242, 150, 170, 76],
      size: ["reads DRAM"],
      use: channel(c.dram_read_bytes),
      formula: "dram_read_bytes " + of_channel,
      energy: [],
      area: []
    },
    {
      name: "DMA storer",
      at: [242, 424, 170, 76],
      size: ["writes DRAM"],
      use: channel(c.dram_write_bytes),
      formula: "dram_write_bytes " + of_channel,
      energy: [],
      area: []
    },
    {
      name: "ifmap buffer",
      at: [464, 204, 170, 130],
      size: [bytes_text(buffers.ifmap_bytes), ifmap.port],
      ...ifmap,
      energy: ["ifmap_buffer", "zero_skip"],
      area: ["ifmap_buffer", "zero_skip"]
    },
    {
      name: "weight buffer",
      at: [700, 22, 180, 130],
      size: [bytes_text(buffers.weight_bytes), weight.port],
      ...weight,
      energy: ["weight_buffer"],
      area: ["weight_buffer"]
    },
    {
      name: "PE array",
      at: [700, 204, 180, 130],
      size: [
        array.rows + " × " + array.cols + " PEs × " + array.lanes +
          (array.lanes === 1 ? " lane" : " lanes"),
        "dispatch " + array.dispatch
      ],
      use: utilisation,
      formula: "(macs_executed + macs_zero_gated) / (cycles × rows × cols × lanes)",
      energy: ["mac", "psum", "transfer", "dispatch"],
      area: ["pe_array", "dispatch"]
    },
    {
      name: "ofmap buffer",
      at: [700, 424, 180, 130],
      size: [bytes_text(buffers.ofmap_bytes), array.cols + " outputs/cycle written"],
      use: c.ofmap_writes / row,
      formula: "ofmap_writes / (" + array.cols + " columns × cycles)",
      energy: ["ofmap_buffer"],
      area: ["ofmap_buffer"]
    },
    {
      name: "prediction unit",
      at: [934, 424, 180, 130],
      size: [array.cols + " comparators", whole(c.window_bits_peak) + " window bits"],
      use: c.comparisons / row,
      formula: "comparisons / (" + array.cols + " comparators × cycles)",
      energy: ["prediction"],
      area: ["prediction"]
    },
  ].filter(({ name }) => predicting || name !== "prediction unit");
}

// A block with its shares; side: counters and energy.
function with_shares(block, side, area) {
  // A file of an older version lacks the parts that it did not price.
  const of_parts = (names, all) => names.reduce((sum, name) => sum + (all[name] ?? 0), 0);
  const priced = block.energy.length > 0;
  const energy = of_parts(block.energy, side.energy);
  const mm2 = area && block.area.length > 0 ? of_parts(block.area, area) : null;
  return {
    ...block,
    cost: priced ? energy : null,
    energy_share: priced ? energy / side.energy.total : null,
    mm2,
    area_share: mm2 == null ? null : mm2 / area.total,
  };
}

function draw_block(block) {
  const [x, y, width, height] = block.at;
  const text = (line, down, style = "") =>
    shape("text", { x: x + 10, y: y + down, style: "font-size:12.5px;" + style }, line);
  const measures = [
    ["used", block.use, "c1"], ["energy", block.energy_share, "c2"],
    ["area", block.area_share, "c7"]
  ].filter(([, share]) => !is_unknown(share));
  const first = 22 + 17 * block.size.length + 18;
  const bars = measures.flatMap(([name, share, tint], i) => {
    const [left, room, down] = [x + 108, width - 118, first + 19 * i];
    return [
      text(name + " " + percent(share), down),
      shape("rect",
        { x: left, y: y + down - 9, width: room, height: 9, rx: 2, style: "fill:var(--line)" }),
      shape("rect", { x: left, y: y + down - 9, width: room * Math.min(share, 1), height: 9, rx: 2,
        style: "fill:var(--" + tint + ")" }),
    ];
  });
  return shape("g", {},
    shape("title", {}, block.name + ": " + block.size.join(", ") + ". Used = " + block.formula),
    shape("rect", { x, y, width, height, rx: 6,
      style: "fill:var(--panel);stroke:var(--faint);stroke-width:1.5" }),
    text(block.name, 20, "font-weight:600;font-size:14px"),
    ...block.size.map((line, i) => text(line, 37 + 17 * i, "fill:var(--faint)")), ...bars);
}

// Connections between blocks: data solid, control dashed.
const data_paths = [
  "M182 180H240", "M242 480H184", "M412 188H440V250H462", "M412 172H424V78H698",
  "M412 204H428V470H698", "M700 512H520V490H414", "M634 268H698", "M790 152V202", "M790 334V422",
];
const control_paths = ["M412 50H650V215H698", "M327 96V148", "M256 96V422"];
const path_names = [
  [432, 92, "weights"], [446, 200, "ifmap"], [440, 462, "residual"], [560, 506, "ofmap"],
  [798, 360, "drain: a row a cycle"], [642, 44, "tiles", "end"]
];
// Those of the prediction unit.
const prediction_paths = {
  data: ["M790 385H1024V422"],
  control: ["M980 424V300H882", "M1070 424V10H327V18"],
  names: [
    [1018, 404, "peeks", "end"], [974, 292, "gate PEs", "end"],
    [1062, 28, "predict_ready, live tiles", "end"]
  ]
};

function draw_machine(blocks, rest, predicting) {
  const more = predicting ? prediction_paths : { data: [], control: [], names: [] };
  const right = predicting ? 1124 : 936; // edge of the chip
  const arrow = (id, tint) => shape("marker",
    { id, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 7, markerHeight: 7, orient: "auto" },
    shape("path", { d: "M0 0 10 5 0 10z", style: "fill:var(--" + tint + ")" }));
  const path = (d, tint, dashed) => shape("path", {
    d,
    "marker-end": "url(#arrow-" + tint + ")",
    style: "fill:none;stroke-width:1.8;stroke:var(--" + tint + ")" +
      (dashed ? ";stroke-dasharray:6 4" : "")
  });
  return shape("svg", {
    id: "machine-picture",
    viewBox: "0 0 " + (right + 2) + " 594",
    role: "img",
    "aria-label": "The machine as a block diagram; the table below has its numbers",
    style: "min-width:" + (predicting ? 860 : 700) + "px;width:100%;max-height:720px;margin-top:12px"
  },
    shape("defs", {}, arrow("arrow-text", "text"), arrow("arrow-c8", "c8")),
    shape("rect", { x: 212, y: 2, width: right - 212, height: 590, rx: 8,
      style: "fill:none;stroke:var(--faint);stroke-dasharray:8 5" }),
    shape("text",
      { x: right - 12, y: 579, "text-anchor": "end", style: "font-size:12.5px;fill:var(--faint)" },
      rest),
    ...[...control_paths, ...more.control].map((d) => path(d, "c8", true)),
    ...[...data_paths, ...more.data].map((d) => path(d, "text", false)),
    ...[...path_names, ...more.names].map(([x, y, name, anchor = "start"]) => shape("text",
      { x, y, "text-anchor": anchor, style: "font-size:12px;fill:var(--faint)" }, name)),
    ...blocks.map(draw_block));
}

// Energies of the whole chip, which belong to no block.
function unplaced_energy(blocks, side) {
  const placed = blocks.flatMap((block) => block.energy);
  return data().energy_components
    .filter(({ name }) => !placed.includes(name) && side.energy[name] !== 0)
    .map(({ name, label }) =>
      label + " " + percent(side.energy[name] / side.energy.total) + " of the energy")
    .join(", ");
}

function show_machine() {
  const scopes =
    [["network", "the network"], ...layers.map((layer, i) => [String(i), layer.name])];
  const sides = [["machine", "this machine"], ["dense", "the machine " + dense_name()]]
    .slice(0, predicts ? 2 : 1);
  let [scope, who] = ["network", "machine"];
  const holder = element("div");
  const show = () => {
    const [side, utilisation] = scope === "network" ?
      [run.totals.network[who], data().utilisation.network[who]] :
      [layers[Number(scope)][who], data().utilisation.layers[Number(scope)][who]];
    const area = run.area_mm2?.[who];
    const predicting = has_prediction_unit(who);
    const blocks = machine_blocks(side, utilisation, predicting).map((block) => with_shares(block, side, area));
    const table = sortable_table("machine-table",
      "Blocks of " + sides.find(([name]) => name === who)[1] + ", on " +
        scopes.find(([name]) => name === scope)[1] + over_images(run.trace.images),
      [
        { name: "block", title: "block", value: (block) => block.name },
        { name: "size", title: "size", value: (block) => block.size.join(", ") },
        { name: "used", title: "used, %", value: (block) => block.use, show: of_100 },
        {
          name: "energy",
          title: with_unit("energy", "energy"),
          value: (block) => block.cost,
          show: (energy) => in_unit("energy", energy)
        },
        {
          name: "energy_share",
          title: "of the energy, %",
          value: (block) => block.energy_share,
          show: of_100
        },
        ...(area ?
            [
              {
                name: "area_mm2",
                title: "area, mm²",
                value: (block) => block.mm2,
                show: (mm2) => fixed(mm2, 3)
              },
              {
                name: "area_share",
                title: "of the area, %",
                value: (block) => block.area_share,
                show: of_100
              },
            ] :
            []),
        { name: "used_is", title: "used is", value: (block) => block.formula },
      ],
      blocks, "machine.csv");
    holder.replaceChildren(
      wide("Block diagram",
        draw_machine(blocks, "on chip. " + unplaced_energy(blocks, side), predicting)),
      element("details", { open: true }, element("summary", {}, "The blocks as a table"), table));
  };
  show();
  section("machine", "Where it was spent",
    "Each block with its size, how much of its capacity was used in these " +
      "cycles, and its share of energy and area. " +
      (run.area_mm2?.machine ? "Areas are those of the machine, whatever the layer." :
        "This energy table states no areas."),
    element("div", { class: "bar screen-only" },
      choice("machine-scope", "On", scopes, (value) => {
        scope = value;
        show();
      }),
      predicts ? choice("machine-side", "of", sides, (value) => {
        who = value;
        show();
      }) : null),
    holder);
}
