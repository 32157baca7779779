// The page of a layer as a predictor sees it: its sections, and what changes with the threshold.
// data(): {machine, trace, layer (as `peeksim config layers`), channels, values, predicted (a bit
// for each channel and window), simulator (its counts)}: sim/page/view_page.cpp.
"use strict";

const { layer } = view;
const top_of_page = document.getElementById("page");
let look = "role"; // of view_maps.js
let order_by = "number";
let judged = []; // by channel, at the threshold

// ---- what changes with the threshold

const totals_line = figures([["", "of the MACs saved"], ["", "of the predicted zeros false"],
  ["", "outputs gated"], ["", "of all value above zero lost"]]);
const legend = element("div");
const legend_as_table = (counts, outputs) => {
  const rows = roles.map((role, i) => ({ role, tint: role_colours[i], title: role_titles[i],
    count: counts[i] }));
  return plain_table("legend", "Outputs of the channels shown", [
    { title: "output", value: ({ tint, title }) => element("span", {}, swatch(tint), title) },
    { title: "count",
      value: ({ role, count }) => element("span", { id: "count-" + role }, whole(count)) },
    { title: "share", value: ({ count }) => percent(count / outputs) },
  ], rows);
};

function refresh() {
  judged = Array.from({ length: channels }, (_, channel) => judge_channel(channel));
  const sum = total(judged);
  const texts = [percent(sum.mac_reduction, 2), percent(sum.false_share, 2), whole(sum.gated),
    percent(sum.lost_share, 2)];
  totals_line.querySelectorAll("b").forEach((figure, i) => { figure.textContent = texts[i]; });
  const computed = sum.outputs - sum.peeks - sum.gated;
  const counts = [sum.peeks, computed, sum.gated - sum.wrong, sum.wrong]; // by role
  legend.replaceChildren(legend_as_table(counts, sum.outputs));
  maps.draw();
  map.draw();
  charts.draw();
}

// Updates that would flicker while the slider moves.
function settle() {
  maps.show(ordered());
  channel_table.replaceChildren(channels_as_table(judged, threshold.of));
}

const threshold = threshold_control(refresh, settle);
const only_above = element("input", { id: "only-above", type: "checkbox", change: redraw });
const charts = by_threshold
  ? threshold_charts({ threshold: threshold.line, set: threshold.set,
    above_zero: () => only_above.checked })
  : { nodes: [], draw: () => {} };

// ---- channels

const orders = {
  number: ["number", (channel) => -channel],
  gated: ["share gated", (channel) => judged[channel].mac_reduction],
  wrong: ["share of false zeros", (channel) => judged[channel].false_share],
  lost: ["value lost", (channel) => judged[channel].lost],
};
function ordered() {
  const [, key] = orders[order_by];
  return judged.map((_, channel) => channel).sort((a, b) => key(b) - key(a) || a - b);
}

function describe_channel(channel) {
  const { mac_reduction, wrong, false_share, lost_share } = judged[channel];
  return `Channel ${view.channels.first + channel}: ${percent(mac_reduction)} gated, ` +
    `${several(wrong, "false zero")} (${percent(false_share)} of them), ` +
    `${percent(lost_share)} of its value lost.`;
}

function describe_output(channel, position) {
  const peek = largest[channel * grid.windows + grid.window_of[position]];
  const line = `Row ${Math.floor(position / Q)}, column ${position % Q}: value ` +
    `${short_value(values[channel * plane + position])}, ` +
    `${role_titles[role_of(channel, position)]}.`;
  if (layer.peeks.length === 0) return line;
  if (Number.isNaN(peek)) return line + " Its window has no peek and predicts nothing.";
  return `${line} Its window's largest peek: ${short_value(peek)}.`;
}

const channel_line = element("p", { id: "channel", role: "status" });
const output_line = element("p", { id: "output", role: "status" });
const look_line = element("p", { id: "look-legend", class: "bar faint" });
const channel_table = element("div");
const map = channel_map((channel, position) => {
  channel_line.textContent = describe_channel(channel);
  output_line.textContent = describe_output(channel, position);
});
const maps = channel_maps(map.show);

// ---- the page

function show_heading() {
  const { trace } = view;
  const [K] = layer.ofmap_shape;
  const peeks = layer.peeks.map(([row, column]) => `(${row}, ${column})`).join(" ");
  page_header(
    "What the predictor sees: " + layer.name,
    `${trace.network} on ${view.machine}; ${trace.file}, image ${trace.image}` +
      (trace.image_name ? ` (${trace.image_name})` : "") + `, ${trace.loop} loop` +
      (trace.loop === "closed" ? `, recorded with the predictions of ${trace.recorded_with}` : ""),
    `Layer ${layer.number}: ${several(K, "channel")} of ${P} × ${Q} outputs, ` +
      `${several(layer.macs_per_output, "MAC")} each; policy ${layer.policy}, ` +
      (peeks ? `windows of ${grid.height} × ${grid.width} (height × width), peeks at ${peeks}`
        : "every output on its own"));
  if (trace.synthetic) top_of_page.append(synthetic_notice());
  if (channels === K) return;
  const { predicted_zero, false_zero } = view.simulator.layer;
  top_of_page.append(element("p", { id: "part" },
    `Shown are the channels ${view.channels.first} to ${view.channels.end - 1} of ${K}, and all ` +
      `numbers below are of these. In the whole layer the machine gates ${whole(predicted_zero)} ` +
      `outputs, ${whole(false_zero)} of them wrongly. Others are shown with --channels.`));
}

function show_channels() {
  const titles = Object.entries(orders).map(([name, [title]]) => [name, title]);
  const enlarge = (id, title, by) =>
    element("button", { id, click: () => map.larger(by) }, title);
  section("maps-section", "Channels",
    "Choose one with a click or the arrow keys; on the large map every output is a square, " +
      "peeks have a dot and lines are the windows' edges. Values are on a square-root scale, so " +
      "that small ones are visible.",
    element("div", { class: "bar screen-only" },
      choice("look", "Show", Object.entries(look_titles), (name) => {
        look = name;
        redraw();
      }),
      choice("order", "Order by", titles, (name) => {
        order_by = name;
        maps.show(ordered());
      })),
    look_line,
    element("div", { class: "columns" },
      element("div", {}, maps.node, legend),
      element("div", {}, channel_line, map.node, output_line,
        element("p", { class: "bar screen-only" },
          enlarge("larger", "Larger", 2), enlarge("smaller", "Smaller", 0.5)))),
    element("details", {}, element("summary", {}, "Channels as a table"), channel_table));
}

function show_thresholds() {
  section("thresholds-section", "Which threshold?",
    "A window is predicted zero when its largest peek is at or below the threshold: rightly " +
      `where all its neighbors are zero. ${describe_zero_windows()} A click sets the threshold.`,
    element("label", { class: "screen-only" }, only_above, " only above zero"),
    element("div", { class: "columns" }, ...charts.nodes),
    element("details", {}, element("summary", {}, "Thresholds as a table"), thresholds_as_table()));
}

show_heading();
top_of_page.append(threshold.node, totals_line);
show_channels();
if (by_threshold) show_thresholds();
draw_in_theme(() => {
  choose_look(look);
  look_line.replaceChildren(...look_legends[look]().map(([tint, text]) =>
    element("span", {}, swatch(tint), text)));
  if (judged.length) refresh(); // from the second time on
});
threshold.show_own();
settle();
maps.choose(judged.reduce((best, { lost }, i) => (lost > judged[best].lost ? i : best), 0));
addEventListener("resize", redraw);
