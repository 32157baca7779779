// Two charts over all thresholds, to choose one: a histogram of the windows' largest peeks, and what
// each threshold would save and cost. A click sets the threshold.
"use strict";

const short_value = (value) => String(Number(value.toPrecision(4)));

const all_thresholds = by_threshold ? threshold_table() : []; // of view_model.js
const bars_are_levels = levels.length > 0 && levels.length <= 256;

// The thresholds between which windows have their largest peeks, 0 among them.
const threshold_range = (() => {
  const used = all_thresholds.filter((row) => row.all_zero + row.other > 0);
  const low = Math.min(0, ...used.map((row) => row.threshold));
  const high = Math.max(0, ...used.map((row) => row.threshold));
  return low < high ? [low, high] : [low - 1, high + 1];
})();

// How often a window without a peek above zero has no neighbor above zero either.
function describe_zero_windows() {
  const count = (rows, name) => rows.reduce((sum, row) => sum + row[name], 0);
  const low = all_thresholds.filter((row) => row.threshold <= 0);
  const right = count(low, "all_zero"), windows = right + count(low, "other");
  const all = count(all_thresholds, "all_zero") + count(all_thresholds, "other");
  if (windows === 0) return "No window is without a peek above zero.";
  return `${percent(windows / all)} of ${whole(all)} windows have no peek above zero (grey: ` +
    `predicted at threshold 0); in ${percent(right / windows)} of these all neighbors are zero ` +
    "as well.";
}

// Shades the range at or below zero. The bar of a level is centred on it, so half of it lies beyond.
const zero_band = {
  id: "zero_band",
  beforeDatasetsDraw: ({ ctx, chartArea: { left, top, bottom, right }, scales: { x } }) => {
    const above = all_thresholds.find((row) => row.threshold > 0);
    const edge = bars_are_levels && above ? above.threshold / 2 : 0;
    const end = Math.min(right, x.getPixelForValue(edge));
    ctx.save();
    ctx.fillStyle = colour("c7") + "33";
    if (end > left) ctx.fillRect(left, top, end - left, bottom - top);
    ctx.restore();
  },
};

// A line at threshold(), or none when that is null.
const threshold_line = (threshold) => ({
  id: "threshold_line",
  afterDatasetsDraw: ({ ctx, chartArea: { left, top, bottom, right }, scales }) => {
    const x = threshold() == null ? NaN : scales.x.getPixelForValue(threshold());
    if (!(x >= left - 1 && x <= right + 1)) return;
    const text_on_left = x > (left + right) / 2;
    ctx.save();
    ctx.strokeStyle = colour("text");
    ctx.lineWidth = 2;
    ctx.setLineDash([6, 3]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, bottom);
    ctx.stroke();
    const text = "threshold " + short_value(threshold());
    const text_width = ctx.measureText(text).width;
    const start = text_on_left ? x - 6 - text_width : x + 6;
    ctx.fillStyle = colour("back");
    ctx.fillRect(start - 2, top + 1, text_width + 4, 16);
    ctx.fillStyle = colour("text");
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillText(text, start, top + 9);
    ctx.restore();
  },
});

// The configuration that both charts share. state: {threshold(): that of all channels or null;
// above_zero(): whether only the range above zero is shown; set(threshold)}.
function over_thresholds(state, type, title, y, datasets, tooltip) {
  const margin = (threshold_range[1] - threshold_range[0]) / 60;
  return {
    type,
    data: { datasets },
    plugins: [zero_band, threshold_line(state.threshold)],
    options: {
      interaction: { mode: "index", intersect: false },
      onClick: (event, _, chart) => state.set(chart.scales.x.getValueForPixel(event.x)),
      scales: {
        x: axis(title, { type: "linear", offset: false, grid: { offset: false },
          min: state.above_zero() ? 0 : threshold_range[0] - margin,
          max: threshold_range[1] + margin,
          ticks: { callback: short_value, maxRotation: 0, includeBounds: false } }),
        y,
      },
      plugins: { tooltip, legend: { labels: { usePointStyle: true } } },
    },
  };
}

function histogram(state) {
  // A bar of a bin is centred on it; a bar of a level stands at the level.
  const middle = (i) => bars_are_levels || i === 0
    ? all_thresholds[i].threshold
    : (all_thresholds[i].threshold + all_thresholds[i - 1].threshold) / 2;
  const bars = (name, label, tint) => ({ label, backgroundColor: colour(tint), stack: "windows",
    pointStyle: "rect", barPercentage: 1, categoryPercentage: bars_are_levels ? 0.9 : 1,
    data: all_thresholds.map((row, i) => ({ x: middle(i), y: row[name] }))
      .filter(({ x }) => !state.above_zero() || x > 0) });
  return chart("histogram",
    "Windows by their largest peek, split by whether all their neighbors are zero", 320, () =>
    over_thresholds(state, "bar", "largest peek of a window (units of the ofmap)",
      axis("windows", { stacked: true, ticks: { callback: (value) => short_number(value) } }),
      [bars("all_zero", "all neighbors zero", "c3"), bars("other", "a neighbor above zero", "c2")],
      { callbacks: {
        title: (items) => items.length ? "largest peek " + short_value(items[0].parsed.x) : "",
        label: (item) => item.dataset.label + ": " + whole(item.parsed.y) } }));
}

function trade_off(state) {
  const curve = (name, label, tint, dash) => ({ label, borderColor: colour(tint), borderDash: dash,
    borderWidth: 2, pointStyle: "line", pointRadius: 0, stepped: bars_are_levels && "before",
    data: all_thresholds.map((row) => ({ x: row.threshold, y: 100 * row[name] })) });
  return chart("trade-off", "What every threshold saves, and what it gets wrong", 320, () =>
    over_thresholds(state, "line", "threshold of all channels (units of the ofmap)",
      axis("%", { min: 0 }),
      [curve("mac_reduction", "MACs saved", "c1", []),
        curve("false_share", "predicted zeros that are false", "c2", [6, 4]),
        curve("lost_share", "value lost", "c5", [2, 3])],
      { callbacks: {
        title: (items) => items.length ? "threshold " + short_value(items[0].parsed.x) : "",
        label: (item) => item.dataset.label + ": " + fixed(item.parsed.y, 2) + " %" } }));
}

// Returns {nodes, draw: call it when the threshold has moved}.
function threshold_charts(state) {
  const nodes = [histogram(state), trade_off(state)];
  return { nodes, draw: () => nodes.forEach((node) => node.chart && node.chart.draw()) };
}

// ---- tables

const count_column = (name, title, value) => ({ name, title, value, show: whole });
const share_column = (name, title, value) =>
  ({ name, title, value, show: (share) => fixed(100 * share, 2) });

// Columns about gating; of(row): the counts.
const gated_columns = (of) => [
  count_column("predicted_zero", "outputs gated", (row) => of(row).gated),
  count_column("false_zero", "of these false", (row) => of(row).wrong),
  share_column("mac_reduction", "MACs saved, %", (row) => of(row).mac_reduction),
  share_column("false_zero_share", "false, %", (row) => of(row).false_share),
  share_column("lost_share", "value lost, %", (row) => of(row).lost_share),
];

// The numbers of both charts.
const thresholds_as_table = () => sortable_table("thresholds",
  "By threshold: windows whose largest peek is at or below it and above the one before; and what " +
    "it gates as the threshold of all channels shown",
  [
    { name: "threshold", title: "threshold", value: (row) => row.threshold, show: short_value },
    count_column("windows_all_zero", "windows, neighbors zero", (row) => row.all_zero),
    count_column("windows_other", "windows, others", (row) => row.other),
    ...gated_columns((row) => row),
  ],
  all_thresholds, "thresholds.csv");

// judged: the counts of every channel (judge_channel()); threshold_of(channel): a number or null.
const channels_as_table = (judged, threshold_of) => sortable_table("channels",
  "Channels, at the threshold above",
  [
    { name: "channel", title: "channel", value: (channel) => view.channels.first + channel },
    { name: "threshold", title: "threshold", value: threshold_of, show: short_value },
    ...gated_columns((channel) => judged[channel]),
  ],
  judged.map((_, channel) => channel), "channels.csv");
