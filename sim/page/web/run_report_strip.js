// The report of a run: the middle step of a layer, cycle by cycle, as lanes of intervals that
// can be zoomed (sim/page/step_strips.h, docs/timeline.md).
"use strict";

// An interval is [start, length, name, 1 when it is of the strip's own step, amount].
const lane_tint = (lane, name) => {
  const stalls = { predict_stall: "c2", drain_stall: "c5", memory_stall: "c4", tail: "c7" };
  if (name in stalls) return stalls[name];
  const tints = [
    ["DRAM", "c2"], ["load ifmap", "c3"], ["load weight", "c4"], ["load residual", "c6"],
    ["array, peek", "c6"], ["array, neighbor", "c8"], ["array", "c1"], ["drain", "c5"],
    ["prediction", "bad"], ["store", "c5"]
  ];
  return (tints.find(([start]) => lane.name.startsWith(start)) ?? ["", "c7"])[1];
};

const strip_row = 24;  // pixels of a lane
const strip_axis = 44; // pixels below the lanes

// The visible part of the strip, in cycles; mouse and keys change it.
const strip_view = {
  strip: null,
  from: 0,
  to: 1,
  canvas: null,
  hint: null
};

const name_room = (canvas) => Math.min(190, Math.round(canvas.clientWidth * 0.34));

function show_part(from, to) {
  const { strip } = strip_view;
  const length = Math.min(Math.max(to - from, Math.min(8, strip.length)), strip.length);
  strip_view.from = Math.min(Math.max(from, 0), strip.length - length);
  strip_view.to = strip_view.from + length;
  draw_strip();
}

// factor below 1: zoom in. `at`: the cycle that keeps its place.
function zoom_strip(factor, at = (strip_view.from + strip_view.to) / 2) {
  show_part(at - (at - strip_view.from) * factor, at + (strip_view.to - at) * factor);
}

function move_strip(share) {
  const by = share * (strip_view.to - strip_view.from);
  show_part(strip_view.from + by, strip_view.to + by);
}

// A round number of cycles between ticks, for at most `max_ticks` ticks.
function tick_step(length, max_ticks) {
  const rough = Math.max(length / max_ticks, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= rough);
}

function draw_strip() {
  const { strip, canvas, from, to } = strip_view;
  const [width, height] = [canvas.clientWidth, strip.lanes.length * strip_row + strip_axis];
  const ratio = devicePixelRatio || 1;
  canvas.style.height = height + "px";
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.font = "12px " + getComputedStyle(document.body).fontFamily;
  ctx.textBaseline = "middle";
  const left = name_room(canvas);
  const x_of = (cycle) => left + ((cycle - from) / (to - from)) * (width - left - 8);
  const bottom = strip.lanes.length * strip_row;

  ctx.textAlign = "center";
  const step = tick_step(to - from, (width - left) / 80);
  for (let cycle = Math.ceil(from / step) * step; cycle <= to; cycle += step) {
    ctx.fillStyle = colour("line");
    ctx.fillRect(x_of(cycle), 0, 1, bottom + 4);
    ctx.fillStyle = colour("text");
    ctx.fillText(whole(cycle), Math.min(x_of(cycle), width - 20), bottom + 13);
  }
  ctx.fillText("cycles from the start of the strip", (left + width) / 2, bottom + 32);

  strip.lanes.forEach((lane, row) => {
    const top = row * strip_row;
    ctx.textAlign = "left";
    ctx.fillStyle = colour("text");
    ctx.fillText(lane.name, 0, top + strip_row / 2, left - 6);
    ctx.fillStyle = colour("line");
    ctx.fillRect(0, top + strip_row - 1, width, 1);
    for (const [start, length, name, own] of lane.intervals) {
      if (start > to || start + length < from) continue;
      const [x, end] = [Math.max(x_of(start), left), Math.min(x_of(start + length), width)];
      ctx.globalAlpha = own ? 1 : 0.3;
      ctx.fillStyle = colour(lane_tint(lane, name));
      ctx.fillRect(x, top + 3, Math.max(end - x - (end - x > 4 ? 1 : 0), 1), strip_row - 7);
      ctx.globalAlpha = 1;
      if (end - x > ctx.measureText(name).width + 8) {
        ctx.fillStyle = colour(own ? "back" : "text");
        ctx.fillText(name, x + 4, top + strip_row / 2);
      }
    }
  });
  document.getElementById("strip-part").textContent = "Cycles " + whole(Math.floor(from)) +
    " to " + whole(Math.ceil(to)) + " of " + whole(strip.length);
}

// The interval at a point of the canvas, within a pixel, or null.
function interval_at(x, y) {
  const { strip, canvas, from, to } = strip_view;
  const lane = strip.lanes[Math.floor(y / strip_row)];
  const left = name_room(canvas);
  if (!lane || x < left) return null;
  const per_pixel = (to - from) / (canvas.clientWidth - left - 8);
  const cycle = from + (x - left) * per_pixel;
  const found = lane.intervals.find(
    ([start, length]) => start - per_pixel <= cycle && cycle < start + length + per_pixel);
  return found ? { lane, found } : null;
}

function interval_text({ lane, found: [start, length, name, own, amount] }) {
  return lane.name + ": " + name + (own ? "" : " of another step") + ", cycles " + whole(start) +
    " to " + whole(start + length) + " (" + whole(length) + ")" +
    (lane.unit ? ", " + whole(amount) + " " + lane.unit : "");
}

// The numbers of the strip: how long each lane was busy with this step.
function strip_table(strip) {
  const own = (lane) => lane.intervals.filter((interval) => interval[3] === 1);
  const sum = (lane, field) => own(lane).reduce((total, interval) => total + interval[field], 0);
  return sortable_table("strip-table", "What belongs to this step, lane by lane",
    [
      { name: "lane", title: "lane", value: (lane) => lane.name },
      { name: "intervals", title: "intervals", value: (lane) => own(lane).length },
      { name: "cycles", title: "their cycles", value: (lane) => sum(lane, 1), show: whole },
      {
        name: "amount",
        title: "amount",
        value: (lane) => (lane.unit ? sum(lane, 4) : null),
        show: whole
      },
      { name: "unit", title: "unit", value: (lane) => lane.unit || null },
    ],
    strip.lanes, "step.csv");
}

function strip_title(strip) {
  return "Step " + strip.step + " of 0 to " + (strip.steps - 1) +
    (strip.groups > 1 ? ", in group " + strip.group + " of 0 to " + (strip.groups - 1) : "") +
    "; from cycle " + whole(strip.start) + " of the image on." +
    (strip.whole ? "" : " The step goes on; this is its beginning, as far as there is room.");
}

// Mouse and keys on the canvas.
function control_strip(canvas) {
  const keys = {
    "+": () => zoom_strip(0.5),
    "=": () => zoom_strip(0.5),
    "-": () => zoom_strip(2),
    ArrowLeft: () => move_strip(-0.2),
    ArrowRight: () => move_strip(0.2),
    Home: () => show_part(0, strip_view.strip.length)
  };
  canvas.addEventListener("keydown", (event) => {
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas) return; // the page scrolls
    event.preventDefault();
    const left = name_room(canvas);
    const share = Math.max(event.offsetX - left, 0) / (canvas.clientWidth - left - 8);
    zoom_strip(event.deltaY < 0 ? 0.8 : 1.25,
      strip_view.from + share * (strip_view.to - strip_view.from));
  }, { passive: false });
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    held = event.offsetX;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", () => {
    held = null;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held !== null) {
      move_strip((held - event.offsetX) / (canvas.clientWidth - name_room(canvas)));
      held = event.offsetX;
    }
    const under = interval_at(event.offsetX, event.offsetY);
    strip_view.hint.textContent = under ? interval_text(under) : " ";
  });
}

function show_strips() {
  const { strips } = data();
  const title = "One step, cycle by cycle";
  if (strips.length === 0) {
    section("strip", title,
      "Results do not say what happened when. To see a step of each layer here, let the run " +
        "write this page itself: ",
      element("pre", {}, "peeksim run MACHINE --trace FILE --report report.html"));
    return;
  }
  const canvas = element("canvas", {
    id: "strip-chart",
    role: "img",
    tabindex: 0,
    style: "width:100%;touch-action:pan-y",
    "aria-label": "What every part of the machine did in the cycles of the step; the " +
      "table below has the sums"
  });
  const [which, part, hint, table] = [
    element("p", { id: "strip-which" }), element("span", { id: "strip-part", class: "faint" }),
    element("p", { id: "strip-hint", class: "faint", "aria-live": "polite" }, " "), element("div")
  ];
  Object.assign(strip_view, { canvas, hint });
  const show = (index) => {
    strip_view.strip = strips[index];
    which.textContent = strip_title(strips[index]);
    table.replaceChildren(strip_table(strips[index]));
    show_part(0, strips[index].length);
  };
  const button = (id, text, label, click) =>
    element("button", { id: "strip-" + id, "aria-label": label, click }, text);
  section("strip", title,
    "The middle step of a layer of the first image. Strong colours: what belongs to this step; " +
      "faint ones: what other steps do meanwhile. Drag to move; + and - zoom, arrow keys move, " +
      "Home shows all; once the strip has the focus, the wheel zooms.",
    choice("strip-layer", "Layer", strips.map((strip, i) => [i, strip.layer]),
      (value) => show(Number(value))),
    which,
    element("div", { class: "bar screen-only" },
      button("nearer", "+", "Zoom in", () => zoom_strip(0.5)),
      button("farther", "−", "Zoom out", () => zoom_strip(2)),
      button("earlier", "←", "Earlier", () => move_strip(-0.5)),
      button("later", "→", "Later", () => move_strip(0.5)),
      button("all", "all", "The whole strip", () => show_part(0, strip_view.strip.length)),
      part),
    canvas, hint, table);
  control_strip(canvas);
  show(0);
  drawings.push(draw_strip);
  addEventListener("resize", draw_strip);
}
