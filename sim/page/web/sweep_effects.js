// The main effect of every factor that was varied: a metric's mean at each level, and the share of its
// variance that the levels explain. Factors are sorted by that share.
"use strict";

const effects = { metric: objectives[0], found: [] };

const effect_text = (value) => metric_cell(effects.metric, value);

// One scale for all charts, so that their heights are comparable. No metric is below 0, so a standard
// deviation that reaches below is cut there.
function effect_span() {
  const ends = effects.found.flatMap(({ levels }) =>
    levels.flatMap(({ mean, deviation }) => [mean - deviation, mean + deviation]))
    .map((end) => scaled(effects.metric.unit, end));
  const low = Math.min(...ends);
  return { suggestedMax: Math.max(...ends), ...(low > 0 ? { suggestedMin: low } : { min: 0 }) };
}

const effect_configuration = (factor) => () => {
  const effect = effects.found.find((one) => one.factor === factor) ?? main_effect(factor, effects.metric, view.points);
  const { levels } = effect, { unit } = effects.metric;
  return {
    type: "bar",
    data: {
      labels: levels.map(({ text }) => text),
      datasets: [
        { type: "line", label: "mean", data: levels.map(({ mean }) => scaled(unit, mean)), borderColor: colour("c1"),
          backgroundColor: colour("c1"), borderWidth: 2, pointRadius: 4, pointHoverRadius: 6,
          showLine: factor.numeric },
        { label: "spread", data: levels.map(({ mean, deviation }) =>
            [mean - deviation, mean + deviation].map((end) => scaled(unit, end))),
          backgroundColor: colour("c1") + "33", borderSkipped: false, maxBarThickness: 46 },
      ],
    },
    options: {
      interaction: { mode: "index", intersect: false },
      scales: {
        x: axis(factor.name, { grid: { display: false } }),
        y: axis(metric_heading(effects.metric), { ...effect_span(), beginAtZero: false,
          ticks: { maxTicksLimit: 6, callback: tick_text } }),
      },
      plugins: {
        legend: { display: false },
        tooltip: { displayColors: false, filter: (item) => item.datasetIndex === 0, callbacks: {
          label: ({ dataIndex }) => {
            const { mean, deviation, count } = levels[dataIndex];
            const text = effect_text;
            return ["mean: " + text(mean), "standard deviation: " + text(deviation), "points: " + whole(count)];
          } } },
      },
    },
  };
};

// A row for every level of every factor.
const effect_table = () => sortable_table("effect-table", metric_heading(effects.metric) + " by level",
  [
    { name: "factor", title: "varied", value: ({ effect }) => effect.factor.name },
    { name: "explained", title: "explains, %", value: ({ effect }) => effect.explained,
      show: (value) => fixed(100 * value, 1) },
    { name: "level", title: "level", value: ({ level }) => level.text },
    { name: "points", title: "points", value: ({ level }) => level.count, show: whole },
    ...["mean", "deviation"].map((part) => ({
      name: part, title: part === "mean" ? "mean" : "standard deviation", value: ({ level }) => level[part],
      show: effect_text })),
  ],
  effects.found.flatMap((effect) => effect.levels.map((level) => ({ effect, level }))),
  "effects-" + effects.metric.name + ".csv");

function show_effects() {
  if (factors.length === 0) return;
  const parts = factors.map((factor, i) => {
    const title = element("h3");
    const holder = chart("effect-" + i, "Mean and standard deviation at each level of " + factor.name, 240,
      effect_configuration(factor));
    return { factor, title, holder, box: element("div", {}, title, holder) };
  });
  const boxes = element("div", { class: "columns" }), table = element("details", { id: "effect-levels" });
  const summary = element("summary", {}, "As a table");
  const draw = () => {
    effects.found = factors.map((factor) => main_effect(factor, effects.metric, view.points))
      .filter(({ levels }) => levels.length > 1)
      .sort((a, b) => b.explained - a.explained);
    boxes.replaceChildren(...effects.found.map(({ factor, explained }) => {
      const part = parts.find((one) => one.factor === factor);
      const others = companions(factor).map(({ name }) => name);
      part.title.replaceChildren(factor.name + ": " + percent(explained), others.length === 0 ? ""
        : element("small", { class: "faint" }, ", advances with " + others.join(", ")));
      refresh(part.holder, effect_configuration(factor));
      return part.box;
    }));
    table.replaceChildren(summary, effect_table());
  };
  const pick = choice("effect-metric", "metric", metric_options(), (name) => {
    effects.metric = metric_called(name);
    draw();
  });
  pick.querySelector("select").value = effects.metric.name;
  when("settled", draw);
  section("effects", "Main effects",
    "The mean of a metric at each level of what was varied, and one standard deviation around it, over the points " +
      "that pass. The percentage is the share of the metric's variance that the levels explain: " +
      "η² = Σ over levels of n·(mean of the level − mean)² / Σ over points of (value − mean)².",
    pick, boxes, table);
  draw();
}
