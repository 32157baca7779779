// The best points as a table, each with the command that runs it again, and all points as a file.
"use strict";

const best = { of: "front", count: 20 };

// The rankings to choose from: [name, title, function that returns the points in order].
const best_kinds = () => [
  ["front", "the front of " + scatter.x.label + " and " + scatter.y.label, () => scatter.front],
  ["objectives", "the front of the sweep's objectives: " + objectives.map(({ label }) => label).join(", "),
    () => pareto_front(view.points, objectives)],
  ...known_metrics.map((metric) => [
    metric.name, (metric.largest ? "most: " : "least: ") + metric.label, () => ranked(view.points, metric)]),
];

const point_columns = (wanted) => [
  { name: "point", title: "point", value: (point) => sweep.positions[point] ?? point_name(point) },
  ...factors.map((factor) => ({ name: factor.name, title: factor.name,
    value: (point) => (factor.numeric ? Number(factor.values[factor.of[point]]) : level_text(factor, point)),
    rank: (point) => factor.of[point], show: (_, point) => level_text(factor, point) })),
  ...wanted.map((metric) => ({ name: metric.name, title: metric_heading(metric), hint: metric.meaning,
    value: (point) => metric.values[point], show: (value) => metric_cell(metric, value) })),
  { name: "command", title: "command", value: command_of },
];

// The columns on the page: a click on a point's number selects it, and its command can be copied.
const table_columns = (wanted) => {
  const made = point_columns(wanted);
  made[0].show = (_, point) =>
    element("button", { class: "name", "data-point": point, click: () => {
      select(point);
      document.getElementById("chosen").scrollIntoView({ block: "nearest" });
    } }, marked_name(point));
  made[made.length - 1].show = (text) =>
    element("span", { class: "bar command" }, copy_button(null, () => text), element("code", {}, text));
  return made;
};

function show_table() {
  const holder = element("div"), said = element("p", { id: "best-says" });
  const kind = choice("best", "show", best_kinds().map(([name, title]) => [name, title]), (name) => {
    best.of = name;
    draw();
  });
  const count = choice("best-count", "rows", [[20, "20"], [100, "100"], [1000, "1,000"]], (number) => {
    best.count = Number(number);
    draw();
  });
  function draw() {
    const kinds = best_kinds();
    kind.querySelector("option").textContent = kinds[0][1];
    const [, title, points_of] = kinds.find(([name]) => name === best.of);
    const points = points_of();
    const shown = points.slice(0, best.count);
    said.textContent = (shown.length < points.length ? "The first " + shown.length + " of " : "") +
      whole(points.length) + (points.length === 1 ? " point: " : " points: ") + title + ".";
    const wanted = [...new Set([scatter.x, scatter.y, ...shown_metrics])];
    holder.replaceChildren(sortable_table("best-table", title, table_columns(wanted), shown, "best.csv"));
  }
  const save_all = () => {
    const made = point_columns(known_metrics);
    download("points.csv", "text/csv", csv([made.map(({ name }) => name),
      ...view.points.map((point) => made.map(({ value }) => value(point)))]));
  };
  when("front", draw);
  section("best-points", "Best points",
    "Run a command from the folder in which the sweep was started; it gives the point's numbers again." +
      (all_points.some(streams) ? " *: the machine streams the weights of some layers, once for every tile; prediction " +
        "changes their weight traffic too." : ""),
    element("div", { class: "bar" }, kind, count,
      element("button", { id: "save-points", class: "screen-only", click: save_all }, "Save all points as CSV")),
    said, holder);
  draw();
}
