// The state of the page: which points pass the filters, how they are coloured, which one is chosen.
// Every chart reads `view` and is notified when it changes.
"use strict";

const view = {
  workload: workloads.levels.length > 1 ? 0 : null, // its level; null: all
  ranges: new Map(), // of a column's id: [low, high], each a place on the column from 0 to 1
  points: all_points, // that pass
  colour: factors.find((factor) => factor !== workloads) ?? workloads,
  selected: null,
};

// Kinds of changes: "points": the filters; "settled": filters have stopped moving, for slow drawings;
// "front": the Pareto front of the scatter plot; "colour"; "selection".
const listeners = { points: [], settled: [], front: [], colour: [], selection: [] };
const when = (what, act) => listeners[what].push(act);
const changed = (what) => listeners[what].forEach((act) => act());

// ---- columns: factors and metrics as places from 0 to 1, for parallel coordinates and filters.
// {id, title; head and below: the title on several lines; place(point): null when not known; text(place);
// steps: of a slider; metric: of one that is a metric}.

const shown_workloads = () =>
  (view.workload == null ? sweep.workloads.values : [sweep.workloads.values[view.workload]]);

// " (all 2 images)" where a metric is a sum over several images of the workload that is shown.
function summed_over(metric) {
  if (!unit_called(metric.unit).adds_up) return "";
  const counts = [...new Set(shown_workloads().map(({ images }) => images))];
  return counts.length === 1 ? over_images(counts[0]) : " (all images)";
}

const in_workload = () =>
  view.workload == null ? all_points : all_points.filter((point) => workloads.of[point] === view.workload);

function factor_column(factor) {
  const last = Math.max(1, factor.levels.length - 1);
  const group = factor.name.slice(0, Math.max(0, factor.name.lastIndexOf(".")));
  return {
    id: factor.name, title: factor.name, steps: last,
    head: factor.name.slice(factor.name.lastIndexOf(".") + 1), below: [group],
    place: (point) => factor.of[point] / last,
    text: (place) => factor.levels[Math.round(place * last)],
  };
}

function metric_column(metric, points) {
  let low = Infinity, high = -Infinity;
  for (const point of points) {
    const value = metric.values[point];
    if (value == null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high - low || Infinity;
  return {
    id: metric.name, title: metric_title(metric), steps: 100, metric,
    head: metric.label,
    below: [(unit_called(metric.unit).shown + (metric.largest ? " ↑ better" : " ↓ better")).trim(),
      summed_over(metric).trim()],
    place: (point) => (metric.values[point] == null ? null : (metric.values[point] - low) / span),
    text: (place) => metric_tick(metric, low + place * (high - low)),
  };
}

// Columns of the workload's points, since networks differ more than machines do; only those that vary.
let columns = [];
function make_columns() {
  const points = in_workload();
  columns = [...factors.map(factor_column), ...shown_metrics.map((metric) => metric_column(metric, points))]
    .filter(({ place }) => new Set(points.map(place).filter((at) => at != null)).size > 1);
}

// ---- changes

const max_points_to_draw_at_once = 2000;
let settling = null;
function settle() {
  clearTimeout(settling);
  if (all_points.length <= max_points_to_draw_at_once) changed("settled");
  else settling = setTimeout(() => changed("settled"), 120);
}

function filter_points() {
  const limits = columns.filter(({ id }) => view.ranges.has(id))
    .map(({ id, place }) => [place, ...view.ranges.get(id)]);
  view.points = in_workload().filter((point) => limits.every(([place, low, high]) => {
    const at = place(point);
    return at != null && at >= low - 1e-9 && at <= high + 1e-9;
  }));
  changed("points");
  settle();
}

// level: of a workload, or null for all.
function choose_workload(level) {
  view.workload = level;
  view.ranges.clear();
  make_columns();
  filter_points();
  select(best_point());
}

// A range over the whole column removes the filter.
function limit(column, low, high) {
  if (low <= 0 && high >= 1) view.ranges.delete(column.id);
  else view.ranges.set(column.id, [Math.max(0, low), Math.min(1, high)]);
  filter_points();
}

function clear_ranges() {
  view.ranges.clear();
  filter_points();
}

function colour_by(factor) {
  view.colour = factor;
  changed("colour");
}

function select(point) {
  view.selected = point;
  changed("selection");
}

const best_point = () => ranked(view.points, objectives[0])[0] ?? view.points[0] ?? null;

// The next of the points that pass, or the one before: for arrow keys.
function select_next(step) {
  const now = view.points.indexOf(view.selected);
  const next = now < 0 ? 0 : Math.min(Math.max(now + step, 0), view.points.length - 1);
  if (view.points.length > 0) select(view.points[next]);
}

// ---- colours

const max_word_colours = 8; // levels with a colour of their own

// A colour between two others, given as "#rrggbb".
function between(from, to, share) {
  const part = (text, i) => parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16);
  return "#" + [0, 1, 2].map((i) =>
    Math.round(part(from, i) + share * (part(to, i) - part(from, i))).toString(16).padStart(2, "0")).join("");
}

// The colour of each level: distinct for words, from dark to light for numbers.
function level_colours(factor) {
  const count = factor.levels.length;
  if (!factor.numeric && count <= max_word_colours) return factor.levels.map((_, i) => colour("c" + (i + 1)));
  const stops = ["ramp1", "ramp2", "ramp3"].map(colour);
  return factor.levels.map((_, i) => {
    const share = count > 1 ? (2 * i) / (count - 1) : 0;
    return share < 1 ? between(stops[0], stops[1], share) : between(stops[1], stops[2], share - 1);
  });
}

// The legend of colours; only some of many levels.
function legend() {
  const list = element("ul", { class: "legend", "aria-label": "colours" });
  const draw = () => {
    const { levels } = view.colour, colours = level_colours(view.colour);
    const every = Math.ceil(levels.length / 12);
    list.replaceChildren(element("li", { class: "faint" }, view.colour.name), ...levels
      .map((text, i) => element("li", {},
        element("span", { class: "swatch", style: "background:" + colours[i] }), text))
      .filter((_, i) => i % every === 0 || i === levels.length - 1));
  };
  when("colour", draw);
  draw_in_theme(draw);
  return list;
}
