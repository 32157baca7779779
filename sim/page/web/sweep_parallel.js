// Draws parallel coordinates: a line for every point that passes the filters, from its factors to its
// metrics. Lines are cached on a canvas of their own; what follows the mouse is drawn over them, and the
// labels of columns are elements above both.
"use strict";

// left, right: room beside the outer columns, for their heads and labels.
const parallel = { height: 410, top: 84, bottom: 26, min_gap: 100, left: 60, right: 84 };
const lines_at_once = 1000; // drawn while something moves

// The room for drawing: a point on column i lies at x(i), y(place).
function parallel_layout(width) {
  const { height, top, bottom, left, right } = parallel;
  const gap = columns.length > 1 ? (width - left - right) / (columns.length - 1) : 0;
  return {
    width, height,
    x: (i) => left + i * gap,
    y: (place) => height - bottom - place * (height - top - bottom),
    place: (y) => (height - bottom - y) / (height - top - bottom),
    column_at: (x) => Math.min(columns.length - 1, Math.max(0, Math.round((x - left) / (gap || 1)))),
    gap,
  };
}

function trace_line(context, layout, point) {
  let drawing = false; // an unknown value breaks the line
  columns.forEach((column, i) => {
    const at = column.place(point);
    if (at == null) drawing = false;
    else if (drawing) context.lineTo(layout.x(i), layout.y(at));
    else context.moveTo(layout.x(i), layout.y(at));
    drawing = at != null;
  });
}

// The points in a shuffled, fixed order, so that no colour lies on top and the first ones are a sample of all.
const mixed = (points) => {
  const rank = (point) => (point * 0.6180339887498949) % 1;
  return [...points].sort((a, b) => rank(a) - rank(b));
};

// Many points share a stroke between two columns; each stroke is drawn once, stronger if more share it.
function draw_lines(context, layout, points) {
  const colours = level_colours(view.colour), steps = all_points.length > max_points_to_draw_at_once ? 150 : 400;
  const alone = Math.min(0.8, Math.max(0.12, 30 / points.length));
  context.lineWidth = 1; // much faster than any other width
  const places = columns.map((column) => points.map(column.place));
  for (let i = 0; i + 1 < columns.length; ++i) {
    const strokes = new Map();
    points.forEach((point, k) => {
      const from = places[i][k], to = places[i + 1][k];
      if (from == null || to == null) return;
      const stroke = (view.colour.of[point] * (steps + 1) + Math.round(from * steps)) * (steps + 1) +
        Math.round(to * steps);
      strokes.set(stroke, (strokes.get(stroke) ?? 0) + 1);
    });
    for (const [stroke, count] of strokes) {
      const to = (stroke % (steps + 1)) / steps, rest = Math.floor(stroke / (steps + 1));
      const from = (rest % (steps + 1)) / steps;
      context.strokeStyle = colours[Math.floor(rest / (steps + 1))];
      context.globalAlpha = Math.min(0.9, 1 - (1 - alone) ** count);
      context.beginPath();
      context.moveTo(layout.x(i), layout.y(from));
      context.lineTo(layout.x(i + 1), layout.y(to));
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

// The places of a column that are labelled: every level, or as many as there is room for.
function tick_places(column) {
  if (column.metric) return [0, 0.25, 0.5, 0.75, 1];
  const every = Math.ceil((column.steps + 1) / 15);
  return [...Array(column.steps + 1).keys()].filter((i) => i % every === 0).map((i) => i / column.steps);
}

// The heads of the columns, and what places on them mean.
function column_labels(layout) {
  const between = layout.gap || layout.width; // room from a column to the next
  return columns.flatMap((column, i) => {
    const x = layout.x(i), width = Math.min(between - 8, 2 * parallel.left);
    const right = i + 1 < columns.length ? between : parallel.right;
    const head = element("div", { class: "head",
      style: `left:${x - width / 2}px;width:${width}px;bottom:${layout.height - parallel.top + 12}px` },
      element("b", {}, with_breaks(column.head)), ...column.below.map((line) => element("div", { class: "faint" }, line)));
    const ticks = tick_places(column).map((place) => {
      const text = column.text(place);
      return element("span", { class: "tick", title: text,
        style: `left:${x + 4}px;top:${layout.y(place)}px;max-width:${right - 8}px` }, text);
    });
    return [head, ...ticks];
  });
}

// Lets a long name of a key go on in the next line.
const with_breaks = (name) => name.replaceAll("_", "_\u200b");

function draw_columns(context, layout) {
  columns.forEach((column, i) => {
    const x = layout.x(i), range = view.ranges.get(column.id);
    context.strokeStyle = colour("faint");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, layout.y(0));
    context.lineTo(x, layout.y(1));
    context.stroke();
    if (!range) return;
    context.fillStyle = colour("accent");
    context.globalAlpha = 0.35;
    context.fillRect(x - 8, layout.y(range[1]) - 3, 16, layout.y(range[0]) - layout.y(range[1]) + 6);
    context.globalAlpha = 1;
  });
}

function draw_one_line(context, layout, point, tint) {
  if (point == null || !view.points.includes(point)) return;
  context.strokeStyle = tint;
  context.lineWidth = 3;
  context.beginPath();
  trace_line(context, layout, point);
  context.stroke();
}

// The point whose line passes nearest to a place, or null when none is near.
function nearest_point(layout, x, y) {
  const after = Math.min(columns.length - 1, Math.max(1, Math.ceil((x - layout.x(0)) / (layout.gap || 1))));
  const share = (x - layout.x(after - 1)) / (layout.gap || 1);
  let nearest = null, min_distance = 8;
  for (const point of view.points) {
    const from = columns[after - 1].place(point), to = columns[after].place(point);
    if (from == null || to == null) continue;
    const off = Math.abs(layout.y(from + share * (to - from)) - y);
    if (off < min_distance) [nearest, min_distance] = [point, off];
  }
  return nearest;
}
