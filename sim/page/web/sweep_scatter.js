// The scatter plot of any two metrics of the points that pass, with their Pareto front and the chosen point.
"use strict";

const scatter = {
  x: objectives[0],
  y: objectives[1] ?? shown_metrics.find((metric) => metric !== objectives[0]) ?? objectives[0],
  logarithmic: false,
  front: [],
};

const metric_options = () => known_metrics.map((metric) => [metric.name, metric_title(metric)]);

// Updates a chart to its current configuration, and keeps its active item.
function refresh(holder, configure) {
  if (!holder.chart) return; // not drawn yet: it will call configure() itself
  const { data: parts, options } = configure();
  holder.chart.data = parts;
  holder.chart.options = options;
  holder.chart.update();
}

const spot = (point) => ({
  x: scaled(scatter.x.unit, scatter.x.values[point]), y: scaled(scatter.y.unit, scatter.y.values[point]), point });

function scatter_datasets() {
  const { x, y, front } = scatter;
  const known = view.points.filter((point) => x.values[point] != null && y.values[point] != null);
  const by_level = view.colour.levels.map(() => []);
  for (const point of known) by_level[view.colour.of[point]].push(spot(point));
  const colours = level_colours(view.colour);
  const radius = known.length > 2000 ? 2.5 : known.length > 300 ? 3.5 : 5;
  const line = [...front].sort((a, b) => x.values[a] - x.values[b]).map(spot);
  return [
    {
      label: "front", data: line, showLine: true, stepped: x.largest ? "after" : "before", order: 1,
      borderColor: colour("text"), borderWidth: 1.5, pointRadius: radius + 2, pointHoverRadius: radius + 4,
      pointBackgroundColor: "transparent", pointBorderColor: colour("text"),
    },
    {
      label: "chosen", data: known.includes(view.selected) ? [spot(view.selected)] : [], order: 0,
      pointRadius: 9, pointStyle: "rectRot", pointHoverRadius: 9, borderWidth: 3,
      pointBackgroundColor: "transparent", pointBorderColor: colour("bad"),
    },
    ...by_level.map((points, level) => ({
      label: view.colour.levels[level], data: points, order: 2, pointRadius: radius, pointHoverRadius: radius + 2,
      pointBackgroundColor: colours[level] + (radius < 3 ? "99" : ""), pointBorderColor: colour("back"),
      pointBorderWidth: radius > 3 ? 1 : 0,
    })),
  ];
}

// Ticks that a logarithmic axis labels: 1, 2 and 5 times a power of ten.
const is_round = (value) => [1, 2, 5].includes(Number(value.toExponential(0)[0]));

function scatter_axis(metric) {
  const positive = view.points.every((point) => metric.values[point] == null || metric.values[point] > 0);
  const logarithmic = scatter.logarithmic && positive;
  return axis(metric_heading(metric) + (metric.largest ? " (more is better)" : " (less is better)"), {
    type: logarithmic ? "logarithmic" : "linear",
    ticks: { callback: (value, index, ticks) =>
      (logarithmic ? (is_round(value) ? short_number(value) : "") : tick_text(value, index, ticks)) },
  });
}

// The description of a point, line by line.
const point_lines = (point) => [
  ...factors.map((factor) => factor.name + ": " + level_text(factor, point)),
  ...[...new Set([scatter.x, scatter.y, ...shown_metrics])].filter((metric) => metric.values[point] != null)
    .map((metric) => metric.label + summed_over(metric) + ": " + and_unit(metric.unit, metric.values[point])),
];

const scatter_configuration = () => ({
  type: "scatter",
  data: { datasets: scatter_datasets() },
  options: {
    interaction: { mode: "nearest", intersect: false },
    scales: { x: scatter_axis(scatter.x), y: scatter_axis(scatter.y) },
    onClick: (_, elements, chart) => elements.length > 0 && select(shown_by(chart, elements[0])),
    plugins: {
      legend: { display: false },
      tooltip: {
        displayColors: false,
        filter: (_, index) => index === 0, // one of several points on the same spot
        callbacks: {
          title: ([item]) => (item ? marked_name(item.raw.point) : ""),
          label: (item) => point_lines(item.raw.point),
        },
      },
    },
  },
});

const shown_by = (chart, { datasetIndex, index }) => chart.data.datasets[datasetIndex].data[index].point;

function show_scatter(...beside) {
  const holder = chart("scatter", "Every point by two metrics, with the Pareto front. Arrow keys walk along " +
    "the front, Enter chooses a point.", 600, scatter_configuration);
  holder.querySelector("canvas").addEventListener("keydown", (event) => {
    const [active] = holder.chart.tooltip.getActiveElements();
    if (event.key === "Enter" && active) select(shown_by(holder.chart, active));
  });
  const said = element("p", { id: "front-says", "aria-live": "polite" });
  const draw = () => refresh(holder, scatter_configuration);
  const draw_front = () => {
    scatter.front = pareto_front(view.points, [scatter.x, scatter.y]);
    said.textContent = scatter.front.length + " of " + whole(view.points.length) +
      (view.points.length === 1 ? " point is" : " points are") + " on the front: no other is as good in both " +
      "metrics and better in one.";
    draw();
    changed("front");
  };
  const take = (side) => (name) => {
    scatter[side] = metric_called(name);
    draw_front();
  };
  const pick = (side, label) => {
    const made = choice("scatter-" + side, label, metric_options(), take(side));
    made.querySelector("select").value = scatter[side].name;
    return made;
  };
  const logarithmic = element("input", { id: "logarithmic", type: "checkbox", change: () => {
    scatter.logarithmic = logarithmic.checked;
    draw();
  } });
  const colours = choice("colour", "colour by", factors.map(({ name }, i) => [i, name]),
    (i) => colour_by(factors[i]));
  colours.querySelector("select").value = factors.indexOf(view.colour);
  when("settled", draw_front);
  when("colour", draw);
  when("selection", draw);
  const made = section("trade-off", "Trade-off",
    "Every point by two metrics. The line joins the Pareto front. Click a point, or walk along the front with the " +
      "arrow keys and press Enter, for its machine and the command that runs it.",
    element("div", { class: "bar" }, pick("x", "across"), pick("y", "up"),
      element("label", { class: "bar screen-only", for: "logarithmic" }, logarithmic, "logarithmic axes"),
      colours),
    legend(),
    element("div", { class: "split" }, element("div", {}, holder, said), ...beside));
  made.classList.add("long"); // on paper: may take more than a page
}
