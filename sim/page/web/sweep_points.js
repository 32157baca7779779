// The data of a sweep: points by index, and computed from them Pareto fronts, main effects, commands.
// data(): sim/page/sweep_page.h. Draws nothing and changes nothing.
"use strict";

const sweep = data();
const all_points = [...sweep.positions.keys()];
const in_column = (column, point) => column.values[column.of ? column.of[point] : 0];

// "point 12", as tables of 'peeksim sweep' number them; one of an earlier sweep file has no number.
const point_name = (point) =>
  sweep.positions[point] == null ? "earlier point " + point : "point " + sweep.positions[point];

const streams = (point) => sweep.streamed_layers[point] > 0;

// The same, marked when the point's machine streams weights.
const marked_name = (point) => point_name(point) + (streams(point) ? " *" : "");

// ---- metrics

const metrics = sweep.metrics.map((metric) => ({
  ...metric,
  // The sweep file may ask for the other direction.
  largest: (sweep.objectives.find(({ metric: name }) => name === metric.name) ?? metric).largest,
}));
const metric_called = (name) => metrics.find((metric) => metric.name === name);
const known_metrics = metrics.filter((metric) => metric.values.some((value) => value != null));
const shown_metrics = sweep.shown.map(metric_called).filter((metric) => known_metrics.includes(metric));
const objectives = sweep.objectives.map(({ metric }) => metric_called(metric));

// "energy, µJ": for axes of charts and heads of tables.
const metric_title = (metric) => with_unit(metric.label, metric.unit);

// The same, and over how many images it is a sum: for what is drawn again when another workload is shown.
const metric_heading = (metric) => metric_title(metric) + summed_over(metric);

// A value without its unit: in short on axes, in full in tables.
const metric_tick = (metric, value) => tick_in_unit(metric.unit, value);
const metric_cell = (metric, value) => in_unit(metric.unit, value);

// ---- factors: what was varied

const workload_name = ({ network, images, file }) =>
  network + ", " + whole(images) + (images === 1 ? " image" : " images") + " (" + file + ")";
const workload_of = (point) => sweep.workloads.values[sweep.workloads.of[point]];

// An axis with its levels in order: numbers by size, words in the order of the file.
// {name, levels: texts, values: as the sweep file has them, of: level of each point, numeric}. A 0 that
// stands for no limit is the largest number.
function factor_of(name, column) {
  const numeric = column.values.every((text) => text !== "" && Number.isFinite(Number(text)));
  const order = [...column.values.keys()];
  const is_unlimited = (number) => column.zero_is_unlimited === true && Number(column.values[number]) === 0;
  const size = (number) => (is_unlimited(number) ? Infinity : Number(column.values[number]));
  if (numeric) order.sort((a, b) => (size(a) === size(b) ? 0 : size(a) < size(b) ? -1 : 1));
  const place = new Map(order.map((number, level) => [number, level]));
  return {
    name,
    numeric,
    levels: order.map((number) => (is_unlimited(number) ? "unlimited" : column.values[number] || "-")),
    values: order.map((number) => column.values[number]),
    of: all_points.map((point) => place.get(column.of ? column.of[point] : 0)),
  };
}

// Whether two factors divide the points in the same way, as keys that advance together do.
function same_parts(one, other) {
  const pairs = new Set(all_points.map((point) => one.of[point] + " " + other.of[point]));
  return one.levels.length === other.levels.length && pairs.size === one.levels.length;
}

const axis_factors = sweep.axes.map((column) => factor_of(column.name, column));
const workloads = factor_of("network", {
  values: sweep.workloads.values.map(workload_name), of: sweep.workloads.of });
const factors = [workloads, ...axis_factors.filter((factor) => !same_parts(factor, workloads))]
  .filter((factor) => factor.levels.length > 1);
const level_text = (factor, point) => factor.levels[factor.of[point]];
const companions = (factor) => factors.filter((other) => other !== factor && same_parts(factor, other));

// ---- the Pareto front, by the rule of 'peeksim sweep pareto'

// The points that no other dominates: none is at least as good in every metric and better in one. Points
// without one of the values are left out.
function pareto_front(points, wanted) {
  const candidates = points
    .filter((point) => wanted.every((metric) => metric.values[point] != null))
    .map((point) => ({ point, goals: wanted.map((metric) =>
      metric.largest ? -metric.values[point] : metric.values[point]) }));
  const differ = (a, b) => {
    for (let i = 0; i < a.goals.length; ++i)
      if (a.goals[i] !== b.goals[i]) return a.goals[i] - b.goals[i];
    return 0;
  };
  const dominates = (a, b) =>
    a.goals.every((goal, i) => goal <= b.goals[i]) && a.goals.some((goal, i) => goal < b.goals[i]);
  // Only a point earlier in this order can dominate another, and then one of the front does.
  const front = [];
  for (const candidate of candidates.sort(differ))
    if (!front.some((better) => dominates(better, candidate))) front.push(candidate);
  return front.map(({ point }) => point).sort((a, b) => a - b);
}

// From best to worst; points without the value are left out, equal ones keep their order.
function ranked(points, metric) {
  const sign = metric.largest ? -1 : 1;
  return points.filter((point) => metric.values[point] != null)
    .sort((a, b) => sign * (metric.values[a] - metric.values[b]));
}

// ---- main effects

// The metric at each level of a factor, and which share of its variance the levels explain:
// sum over levels of n (mean of level - mean)^2, over the sum over points of (value - mean)^2.
function main_effect(factor, metric, points) {
  const levels = factor.levels.map((text) => ({ text, count: 0, sum: 0, squares: 0 }));
  const known = points.filter((point) => metric.values[point] != null);
  const mean = known.reduce((sum, point) => sum + metric.values[point], 0) / known.length;
  let total = 0;
  for (const point of known) {
    const level = levels[factor.of[point]], off = metric.values[point] - mean;
    ++level.count;
    level.sum += off; // relative to the mean, for accuracy with large numbers
    level.squares += off * off;
    total += off * off;
  }
  let between = 0;
  for (const level of levels) {
    if (level.count === 0) continue;
    const off = level.sum / level.count;
    level.mean = mean + off;
    level.deviation = Math.sqrt(Math.max(0, level.squares / level.count - off * off));
    between += level.count * off * off;
  }
  return { factor, levels: levels.filter(({ count }) => count > 0),
    explained: total > 0 ? between / total : 0 };
}

// ---- machines and commands

const setting_called = (key) => sweep.settings.find((setting) => setting.key === key);
const setting_of = (key, point) => in_column(setting_called(key), point);

// The values of a key that points have, each once.
const setting_values = (key) => [...new Set(all_points.map((point) => setting_of(key, point)))];

// What to beware of on a point's machine: sentences.
const point_warnings = (point) => {
  const text = in_column(sweep.warnings, point);
  return text === "" ? [] : text.split("\n");
};

const setting_numbers = (point) =>
  sweep.settings.map(({ of }) => (of ? of[point] : 0));

// The keys in which a point differs from a base machine: [[key, value], ...].
function differences(base, point) {
  const numbers = setting_numbers(point);
  return sweep.settings.filter((_, i) => numbers[i] !== base.settings[i])
    .map((setting) => [setting.key, in_column(setting, point)]);
}

// The base machine that a point changes least; null: the database names none.
const base_of = (point) =>
  sweep.bases.reduce((best, base) =>
    best && differences(best, point).length <= differences(base, point).length ? best : base, null);

const machine_file = (point) => point_name(point).replaceAll(" ", "-") + ".yaml";

// The whole machine, as a file that 'peeksim run' takes.
const machine_yaml = (point) =>
  sweep.settings.map((setting) => setting.key + ": " + in_column(setting, point) + "\n").join("");

// The name of the thresholds file that a point reads, or null.
function thresholds_file(point) {
  const name = setting_of("prediction.thresholds_file", point);
  return name in sweep.thresholds ? name : null;
}

const shell_word = (text) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";

// The command that reproduces a point, from the folder in which the sweep was started.
// between_options: " ", or a line break of a shell.
function command_of(point, between_options = " ") {
  const base = base_of(point), workload = workload_of(point);
  const options = [[workload.has_values ? "--trace" : "--workload", workload.path]];
  if (workload.images < workload.all_images) options.push(["--images", String(workload.images)]);
  for (const [key, value] of base ? differences(base, point) : []) options.push(["--set", key + "=" + value]);
  return [["peeksim", "run", base ? base.path : machine_file(point)], ...options]
    .map((words) => words.map(shell_word).join(" ")).join(between_options);
}
