// The section with parallel coordinates: drag along a column, or use its sliders, to filter points; click
// a line to select its point.
"use strict";

function show_parallel() {
  const canvas = element("canvas", { id: "parallel", role: "img", tabindex: 0,
    "aria-label": "Parallel coordinates: a line for every point. Arrow keys choose the next point; the sliders " +
      "below keep a part of a column." });
  const tip = element("div", { class: "tip", hidden: true });
  const labels = element("div", { class: "labels", "aria-hidden": "true" });
  const holder = wide("Parallel coordinates", element("div", { class: "parallel" }, canvas, labels));
  const lines = document.createElement("canvas");
  let layout = parallel_layout(1000), draw_requested = false, lines_outdated = true, drag = null, hovered = null;
  let shown_lines = lines_at_once; // the number of lines to draw

  function draw() {
    draw_requested = false;
    const width = Math.max(holder.inner.clientWidth,
      parallel.left + parallel.right + (columns.length - 1) * parallel.min_gap);
    const scale = devicePixelRatio || 1;
    if (lines_outdated || layout.width !== width) {
      layout = parallel_layout(width);
      for (const one of [canvas, lines]) [one.width, one.height] = [width * scale, layout.height * scale];
      canvas.style.width = width + "px";
      canvas.style.height = layout.height + "px";
      const context = lines.getContext("2d");
      context.setTransform(scale, 0, 0, scale, 0, 0);
      draw_lines(context, layout, mixed(view.points).slice(0, shown_lines));
      labels.replaceChildren(...column_labels(layout));
      lines_outdated = false;
    }
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(lines, 0, 0);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    draw_one_line(context, layout, view.selected, colour("bad"));
    draw_one_line(context, layout, hovered, colour("text"));
    draw_columns(context, layout);
  }
  const draw_soon = () => {
    if (!draw_requested) requestAnimationFrame(draw);
    draw_requested = true;
  };
  const redraw_lines = (max_lines) => {
    lines_outdated = true;
    shown_lines = max_lines;
    draw_soon();
  };
  const place_of = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  canvas.addEventListener("pointerdown", (event) => {
    const [x, y] = place_of(event), number = layout.column_at(x);
    const near = Math.abs(layout.x(number) - x) < 14;
    drag = { column: near ? columns[number] : null, from: layout.place(y), moved: false };
    if (near) canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place_of(event), to = layout.place(y);
    if (drag?.column) {
      drag.moved ||= Math.abs(to - drag.from) > 0.02;
      if (drag.moved) limit(drag.column, Math.min(drag.from, to), Math.max(drag.from, to));
      return;
    }
    hovered = nearest_point(layout, x, y);
    tip.hidden = hovered == null;
    if (hovered != null) {
      tip.replaceChildren(element("b", {}, point_name(hovered)), "\n" + point_lines(hovered).join("\n"));
      const left = x - holder.inner.scrollLeft, room = holder.inner.clientWidth - tip.offsetWidth;
      tip.style.left = Math.max(0, left + 16 < room ? left + 16 : left - tip.offsetWidth - 16) + "px";
      tip.style.top = y + 12 + "px";
    }
    draw_soon();
  });
  canvas.addEventListener("pointerup", (event) => {
    const point = nearest_point(layout, ...place_of(event));
    if (drag?.column && !drag.moved) limit(drag.column, 0, 1);
    else if (!drag?.moved && point != null) select(point);
    drag = null;
  });
  canvas.addEventListener("pointerleave", () => {
    hovered = null;
    tip.hidden = true;
    draw_soon();
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    select_next(step);
  });

  when("points", () => redraw_lines(lines_at_once));
  when("settled", () => redraw_lines(Infinity));
  when("colour", () => redraw_lines(Infinity));
  when("selection", draw_soon);
  section("coordinates", "Parallel coordinates",
    "A line for every point, from what was varied to what came of it. Drag along a column to keep a part of it, " +
      "everywhere on this page; click the column to undo that.",
    legend(), element("div", { class: "chart" }, holder, tip), filters());
  new ResizeObserver(draw_soon).observe(holder);
  draw_in_theme(() => redraw_lines(Infinity));
}

// Two sliders for every column.
function filters() {
  const rows = element("div", { class: "sliders" });
  const row_of = (column) => {
    const said = element("output");
    const slider = (id, label, value) => element("input", { id, type: "range", min: 0, max: column.steps, value,
      "aria-label": column.title + ", " + label, input: take });
    const low = slider("low-" + column.id, "from", 0), high = slider("high-" + column.id, "to", column.steps);
    const share = (input) => Number(input.value) / column.steps;
    function take() {
      limit(column, Math.min(share(low), share(high)), Math.max(share(low), share(high)));
    }
    const show = () => {
      const [from, to] = view.ranges.get(column.id) ?? [0, 1];
      low.value = from * column.steps;
      high.value = to * column.steps;
      said.textContent = column.text(from) + " … " + column.text(to);
    };
    show();
    return { show, parts: [element("span", {}, column.title), low, high, said] };
  };
  let made_for = null, shows = [];
  const draw = () => {
    if (made_for !== columns) {
      const made = columns.map(row_of);
      shows = made.map(({ show }) => show);
      rows.replaceChildren(...made.flatMap(({ parts }) => parts));
      made_for = columns;
    }
    for (const show of shows) show();
  };
  when("points", draw);
  draw();
  return element("details", { id: "filters", class: "screen-only" },
    element("summary", {}, "Filter with sliders"), rows);
}
