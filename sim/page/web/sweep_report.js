// The report of a sweep: its heading, and the order of its sections.
"use strict";

const counted = (count, what) => whole(count) + " " + what + (count === 1 ? "" : "s");

// Missing points, in words: failed, still to run, or of an earlier sweep file.
function missing_parts() {
  const { failed, pending, left_out } = sweep.counts, parts = [];
  if (failed > 0) parts.push(counted(failed, "point") + " failed");
  if (pending > 0) parts.push(counted(pending, "point") + " of the sweep still to run");
  const earlier = sweep.positions.filter((position) => position == null).length;
  if (earlier > 0) parts.push(counted(earlier, "point") + " of an earlier sweep file, which the latest does not have");
  if (left_out > 0) parts.push(counted(left_out, "point") + " of an earlier sweep file left out (--earlier shows them)");
  return parts;
}

function show_heading() {
  const bases = sweep.bases.map(({ path }) => path);
  page_header(sweep.sweep,
    counted(all_points.length, "finished point") + " of " + counted(sweep.counts.planned, "planned one") +
      (bases.length > 0 ? ", on machines made of " + bases.join(", ") : "") + "; metrics over " +
      (sweep.scope === "network" ? "the whole network" : "the " + sweep.scope.replaceAll("_", " ")) +
      "; prices: " + (sweep.prices.length > 0 ? sweep.prices.join("; ")
        : "DRAM: " + setting_values("dram.kind").join(", ")));
  const page = document.getElementById("page");
  page.append(workload_notices());
  if (missing_parts().length > 0)
    page.append(element("p", { id: "missing", class: "warning" }, missing_parts().join("; ") + "."));
  if (sweep.errors.length > 0)
    page.append(element("details", { id: "errors" }, element("summary", {}, "Why points failed"),
      element("ul", {}, ...sweep.errors.map(([text, count]) =>
        element("li", {}, counted(count, "point") + ": " + text)))));
}

// What a reader must know of the traces that are shown, and of the machines.
function workload_notices() {
  const holder = element("div", { id: "notices" });
  const draw = () => {
    const shown = shown_workloads();
    const lacking = shown.filter(({ unrecorded }) => unrecorded)
      .map(({ path, unrecorded }) => path + ": " + unrecorded);
    holder.replaceChildren(
      ...trace_notices(shown, ({ file }) => file),
      ...[...new Set(lacking)].map(unrecorded_notice), ...warnings(shared_warnings()));
  };
  when("points", draw);
  draw();
  return holder;
}

// Of all points, in single sentences.
const port_warnings = new Set(sweep.warnings.values.flatMap((text) => text.split("\n")));

// The warnings of the sweep's plan, but those of ports; and those of the points that pass, each once, with the
// number of points that have it.
function shared_warnings() {
  const counts = new Map();
  for (const point of view.points)
    for (const text of point_warnings(point)) counts.set(text, (counts.get(text) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a), said = most.slice(0, 3);
  const of_plan = sweep.plan_warnings.filter((text) => !port_warnings.has(text));
  return [...of_plan, ...said.map(([text, count]) => counted(count, "point") + ": " + text),
    ...(most.length > said.length ? [counted(most.length - said.length, "more warning") + "; each point has its own beside it"] : [])];
}

// The workload, and how many points pass the filters.
function show_filter() {
  const said = element("span", { id: "passing", "aria-live": "polite" });
  const clear = element("button", { id: "clear", click: clear_ranges }, "Clear filters");
  const pick = workloads.levels.length > 1
    ? choice("workload", "network", [...workloads.levels.entries(), ["", "all of them"]],
      (level) => choose_workload(level === "" ? null : Number(level)))
    : element("span", {}, workloads.levels[0]);
  const draw = () => {
    said.textContent = whole(view.points.length) + " of " + counted(in_workload().length, "point") + " pass";
    clear.disabled = view.ranges.size === 0;
  };
  when("points", draw);
  document.getElementById("page").append(element("div", { id: "filter", class: "bar panel" }, pick, said, clear));
  draw();
}

// The best of each objective among the points that pass.
function show_figures() {
  const holder = element("div", { id: "figures" });
  const draw = () => holder.replaceChildren(figures(objectives.map((metric) => {
    const [point] = ranked(view.points, metric);
    return [point == null ? "-" : and_unit(metric.unit, metric.values[point]),
      metric.label + summed_over(metric) + ": the " + (metric.largest ? "most" : "least") +
        (point == null ? "" : ", " + point_name(point))];
  })));
  when("settled", draw);
  document.getElementById("page").append(holder);
  draw();
}

make_columns();
view.points = in_workload();
view.selected = best_point();
scatter.front = pareto_front(view.points, [scatter.x, scatter.y]);
show_heading();
show_filter();
show_figures();
show_scatter(chosen_panel());
show_machine();
show_table();
show_parallel();
show_effects();
changed("settled");
