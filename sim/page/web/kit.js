// The toolkit of all pages: data, elements, charts and tables, independent of runs and sweeps.
// Chart.js draws the charts, which are redrawn when the theme changes and before printing.
"use strict";

const data = (() => {
  const parsed = JSON.parse(document.getElementById("data").textContent);
  return () => parsed;
})();

// ---- elements

// element("p", {class: "faint"}, "text", child, ...). Attributes that are functions become listeners:
// {click: f}; children that are null are left out.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

// Adds a section to the page: a heading, what it shows in a sentence or two, and its content.
function section(id, title, explanation, ...content) {
  const made = element(
    "section",
    { id, "aria-labelledby": id + "-title" },
    element("h2", { id: id + "-title" }, title),
    explanation ? element("p", { class: "faint" }, explanation) : null,
    ...content
  );
  document.getElementById("page").append(made);
  return made;
}

// The top of a page: title, lines of text, and the switch between light and dark.
function page_header(title, ...lines) {
  const name = () => (theme() === "dark" ? "Light" : "Dark");
  const button = element("button", { id: "theme", click: () => {
    set_theme(theme() === "dark" ? "light" : "dark");
    button.textContent = name();
  } }, name());
  document.getElementById("page").append(
    element("header", { class: "bar" }, element("h1", {}, title), button),
    ...lines.map((line) => (line instanceof Node ? line : element("p", {}, line)))
  );
}

// of_what: which trace, where several are shown.
const synthetic_notice = (of_what = "") =>
  element("p", { class: "synthetic" },
    "SYNTHETIC TRACE" + (of_what && " (" + of_what + ")") +
      ": the values are generated, not those of a trained network");

// The same of a workload without a trace.
const no_values_notice = (of_what = "") =>
  element("p", { class: "no-values" },
    "NO VALUES" + (of_what && " (" + of_what + ")") +
      ": the shapes of a workload; which activations are zero is not known");

// Notices of the traces that are shown, where some are synthetic or have no values. name_of(trace): where not
// all are the same.
function trace_notices(shown, name_of) {
  const notice_of = (some, notice) =>
    (some.length === 0 ? [] : [notice(some.length < shown.length ? some.map(name_of).join(", ") : "")]);
  return [...notice_of(shown.filter(({ synthetic }) => synthetic), synthetic_notice),
    ...notice_of(shown.filter(({ has_values }) => !has_values), no_values_notice)];
}

// What a reader must beware of, a paragraph each.
const warnings = (texts) => texts.map((text) => element("p", { class: "warning" }, text + "."));

// Which MACs of the network a trace lacks, in words; null without a text.
const unrecorded_notice = (text) => (text ? element("p", { class: "unrecorded" }, text + ".") : null);

// Large numbers on top: [[value, label], ...], both texts.
function figures(list) {
  return element("div", { class: "figures" }, ...list.map(([value, label]) =>
    element("div", { class: "figure" }, element("b", {}, value), label)));
}

// ---- numbers: an unknown one is NaN, and so is everything computed from it

const is_unknown = (value) => value == null || Number.isNaN(value);
// Never "-0".
const number_text = (value, options) =>
  (Number.isNaN(value) ? "not known" : value.toLocaleString("en-US", options).replace(/^-(?=[0.]*$)/, ""));
const fixed = (value, digits) =>
  number_text(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percent = (part, digits = 1) => fixed(100 * part, digits) + (Number.isNaN(part) ? "" : " %");
const whole = (value) => number_text(value, { maximumFractionDigits: 0 });
const unless_zero = (value, other) => (value === 0 ? other : value);

// 12,345,678 -> "12.3 million", 12,345 -> "12,300": three significant digits. Takes one argument, since
// charts call it with more.
const short_number = (value) => {
  if (Number.isNaN(value)) return "not known";
  for (const [word, size] of [["billion", 1e9], ["million", 1e6]])
    if (Math.abs(value) >= size) return Number((value / size).toPrecision(3)) + " " + word;
  return number_text(Number(value.toPrecision(3)), { maximumSignificantDigits: 3 });
};

// The same for a tick of a chart: with more digits where three do not tell it from its neighbors.
function tick_text(value, index, ticks) {
  if (!(ticks?.length > 1)) return short_number(value);
  const size = Math.max(...ticks.map((tick) => Math.abs(tick.value))), step = Math.abs(ticks[1].value - ticks[0].value);
  const is_fine = step > 0 && step < size / 200 && size < 1e6;
  return is_fine ? fixed(value, Math.max(0, Math.ceil(-Math.log10(step)))) : short_number(value);
}

// ---- units: data().units says how numbers of each unit are shown (sim/page/page_units.h)

const unit_called = (name) =>
  data().units[name] ?? { shown: name, scale: 1, decimals: 3, adds_up: false };

// "energy, µJ": for axes of charts and heads of tables.
const with_unit = (label, unit) =>
  (unit_called(unit).shown === "" ? label : label + ", " + unit_called(unit).shown);

// A number in its unit, as charts draw it.
const scaled = (unit, value) => (value == null ? null : value * unit_called(unit).scale);

// The same as text, for tables. Small numbers keep three significant digits.
function in_unit(unit, value) {
  const { decimals } = unit_called(unit), number = scaled(unit, value);
  const small = unit !== "share" && number !== 0 && Math.abs(number) < 1;
  return fixed(number, small ? Math.max(decimals, 2 - Math.floor(Math.log10(Math.abs(number)))) : decimals);
}

// The same with its unit: "4,876.4 µJ".
const and_unit = (unit, value) => [in_unit(unit, value), unit_called(unit).shown].join(" ").trim();

// The same in short, for ticks.
const tick_in_unit = (unit, value) => short_number(scaled(unit, value));

// Says of a sum over images what it is over; nothing for one image.
const over_images = (count) => (count > 1 ? " (all " + whole(count) + " images)" : "");

// ---- themes

const theme = () => document.documentElement.dataset.theme;
const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

function set_theme(name) {
  document.documentElement.dataset.theme = name;
  redraw();
}

document.documentElement.dataset.theme =
  matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";

// ---- charts

const drawings = []; // functions that redraw what depends on the theme
function redraw() {
  for (const draw of drawings) draw();
}

// Draws now, and whenever the colours change.
function draw_in_theme(draw) {
  drawings.push(draw);
  draw();
}

// A canvas with a chart of Chart.js. label: the description for screen readers. configure(): returns
// the chart's configuration, for each theme and each redraw(). Returns an element with `chart` and
// `redraw` set.
function chart(id, label, height, configure) {
  const canvas = element("canvas", { id, role: "img", "aria-label": label, tabindex: 0 });
  const spoken = element("p", { class: "spoken", "aria-live": "polite" });
  const holder = element("div", { class: "chart drawn", style: "height:" + height + "px" }, canvas, spoken);
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    spoken.textContent = step_through(holder.chart, step);
  });
  holder.redraw = () => {
    if (holder.chart) holder.chart.destroy();
    Chart.defaults.color = colour("text");
    Chart.defaults.borderColor = colour("line");
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    Chart.defaults.normalized = true;
    holder.chart = new Chart(canvas, configure());
  };
  queueMicrotask(() => draw_in_theme(holder.redraw));
  return holder;
}

// An axis with a title; `more` overrides its options.
const axis = (title, more = {}) => ({ title: { display: true, text: title }, ...more });

let theme_on_screen = null;
addEventListener("beforeprint", () => {
  theme_on_screen = theme();
  set_theme("light");
  for (const chart of Object.values(Chart.instances)) chart.resize();
});
addEventListener("afterprint", () => set_theme(theme_on_screen));

// ---- files and tables

// Saves a text under a name.
function download(name, type, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const csv_field = (value) => {
  const text = is_unknown(value) ? "" : String(value);
  return /[",\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
};

// Rows of values as CSV; the first row holds the names.
const csv = (rows) => rows.map((row) => row.map(csv_field).join(",")).join("\n") + "\n";

// What may be wider than the page, and scrolls in itself then. A hint says so as long as there is more to
// the right. Returns an element with `inner` set: the one that scrolls.
function wide(label, ...content) {
  const inner = element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": label }, ...content);
  const hint = element("span", { class: "more screen-only", "aria-hidden": "true" }, "scroll →");
  const outer = element("div", { class: "scrolls" }, hint, inner);
  const look = () => {
    outer.classList.toggle("too-wide", inner.scrollWidth > inner.clientWidth + 1);
    outer.classList.toggle("has-more", inner.scrollLeft + inner.clientWidth < inner.scrollWidth - 1);
  };
  inner.addEventListener("scroll", look, { passive: true });
  const observer = new ResizeObserver(look);
  for (const part of [inner, ...inner.children]) observer.observe(part);
  outer.inner = inner;
  return outer;
}

// A table in the given order. columns as for sortable_table(); sentences: holds sentences, which may wrap.
function plain_table(id, caption, columns, rows) {
  const look = (column) => (column.sentences ? "sentence" : null);
  return wide(caption,
    element("table", { id }, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...columns.map((column) =>
        element("th", { scope: "col", class: look(column) }, column.title)))),
      element("tbody", {}, ...rows.map((row) =>
        element("tr", {}, ...columns.map((column) =>
          element("td", { class: look(column) }, column.value(row))))))));
}

// The last sort order of each table, by its id: {column (its name), ascending}. A table that is
// rebuilt with other values keeps it.
const table_orders = new Map();

// A table that sorts by any column, with its CSV beside it. columns: [{name (of the CSV), title, hint,
// value(row): number, text or null, show(value, row): text or element, rank(row): to sort by, the
// value if left out}]; null and NaN are shown as "-" and sort last.
function sortable_table(id, caption, columns, rows, csv_name) {
  const body = element("tbody");
  const numeric = (column) => rows.some((row) => typeof column.value(row) === "number");
  const look = new Map(columns.map((column) => [column, numeric(column) ? null : "words"]));
  const show = (column, row) => {
    const value = column.value(row);
    return is_unknown(value) ? "-" : column.show ? column.show(value, row) : String(value);
  };
  const fill = (sorted) =>
    body.replaceChildren(...sorted.map((row) =>
      element("tr", {}, ...columns.map((column) => element("td", { class: look.get(column) }, show(column, row))))));
  const heads = columns.map((column) => {
    const head = element("th", { scope: "col", title: column.hint, class: look.get(column) },
      element("button", { click: () => turn(column, head) }, column.title));
    return head;
  });
  const turn = (column, head) => {
    const down = head.getAttribute("aria-sort") === "descending";
    const ascending = head.hasAttribute("aria-sort") ? down : !numeric(column); // the largest number first
    table_orders.set(id, { column: column.name, ascending });
    sort(column, head, ascending);
  };
  const sort = (column, head, ascending) => {
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const sign = ascending ? 1 : -1;
    const order = (a, b) => {
      const [x, y] = [a, b].map(column.rank ?? column.value);
      if (is_unknown(x) || is_unknown(y)) return is_unknown(x) - is_unknown(y);
      return sign * (typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en"));
    };
    fill([...rows].sort(order));
  };
  const before = table_orders.get(id);
  const place = columns.findIndex((column) => column.name === before?.column);
  if (place < 0) fill(rows);
  else sort(columns[place], heads[place], before.ascending);
  const save = () => download(csv_name, "text/csv", csv([
    columns.map((column) => column.name),
    ...rows.map((row) => columns.map((column) => column.value(row))),
  ]));
  return element("div", { class: "table" },
    element("div", { class: "bar" }, element("span", { id: id + "-title", class: "faint" }, caption),
      element("button", { id: id + "-csv", click: save }, "Save as CSV")),
    wide(caption, element("table", { id, "aria-labelledby": id + "-title" },
      element("thead", {}, element("tr", {}, ...heads)), body)));
}

// Moves the tooltip of a chart to the next or previous item, as a mouse would; when it shows one item
// at a time, among those of the first dataset. Returns its text.
function step_through(chart, step) {
  const { tooltip } = chart;
  const shown = chart.getSortedVisibleDatasetMetas().sort((a, b) => a.index - b.index);
  const datasets = chart.options.interaction.mode === "index" ? shown : shown.slice(0, 1);
  const count = Math.max(0, ...datasets.map((meta) => meta.data.length));
  const now = tooltip.getActiveElements()[0]?.index ?? (step > 0 ? -1 : count);
  const index = Math.min(Math.max(now + step, 0), count - 1);
  const items = datasets.filter((meta) => index < meta.data.length)
    .map((meta) => ({ datasetIndex: meta.index, index }));
  chart.setActiveElements(items);
  tooltip.setActiveElements(items, { x: 0, y: 0 });
  chart.update();
  return [...(tooltip.title ?? []), ...(tooltip.body ?? []).flatMap((part) => part.lines)].join(", ");
}

// A drop-down list. options: [[value, text], ...]; calls change(value).
function choice(id, label, options, change) {
  const made = element("select", { id, change: () => change(made.value) },
    ...options.map(([value, text]) => element("option", { value }, text)));
  return element("label", { class: "bar screen-only", for: id }, label, made);
}

// A list of names and values: [[name, text or element], ...].
function facts(list) {
  return element("dl", { class: "facts" },
    ...list.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}
