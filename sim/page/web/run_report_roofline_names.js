// The report of a run: names beside the dots of the roofline. A name lies over no dot, line or other
// name, and inside the chart; where there is no such place near its dot, it is left out.
"use strict";

const name_height = 14;
// Tried in this order: [pixels from the dot's centre, direction x, direction y].
const name_places = [11, 20, 32, 46, 62].flatMap((far) =>
  [[1, 0], [-1, 0], [0, -1], [0, 1], [0.8, -0.7], [-0.8, -0.7], [0.8, 0.7], [-0.8, 0.7]]
    .map(([x, y]) => [far, x, y]));

const boxes_overlap = (one, other) => one.left < other.right && other.left < one.right &&
  one.top < other.bottom && other.top < one.bottom;

// Whether a line from one point to another passes through a box.
function line_meets_box(from, to, box) {
  let [first, last] = [0, 1]; // the part of the line inside, as shares of its length
  for (const [start, step, low, high] of [
    [from.x, to.x - from.x, box.left, box.right], [from.y, to.y - from.y, box.top, box.bottom]]) {
    if (step === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const ends = [(low - start) / step, (high - start) / step];
    first = Math.max(first, Math.min(...ends));
    last = Math.min(last, Math.max(...ends));
  }
  return first <= last;
}

// Where a name of some width lies: beside the dot on its left or right, else centred or at a corner.
function name_box({ x, y }, width, [far, right, down]) {
  const middle_x = x + right * far + (right === 0 ? 0 : Math.sign(right) * width / 2);
  const middle_y = y + down * far + Math.sign(down) * name_height / 2;
  return { left: middle_x - width / 2, right: middle_x + width / 2,
    top: middle_y - name_height / 2, bottom: middle_y + name_height / 2 };
}

// The boxes of the names: [{name, box, dot}, ...]. width_of(name): in pixels.
function place_names(chart, width_of) {
  const { chartArea } = chart;
  const metas = chart.data.datasets.map((set, i) => [set, chart.getDatasetMeta(i).data]);
  const dots = metas.filter(([set]) => set.type !== "line").flatMap(([, points]) => points);
  const lines = metas.filter(([set]) => set.type === "line").flatMap(([, points]) =>
    points.slice(1).map((point, i) => [points[i], point])
      .filter(([from, to]) => Number.isFinite(from.x) && Number.isFinite(to.x)));
  const taken = dots.map(({ x, y }) => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7 }));
  const is_free = (box) => box.left >= chartArea.left && box.right <= chartArea.right &&
    box.top >= chartArea.top && box.bottom <= chartArea.bottom &&
    !taken.some((other) => boxes_overlap(box, other)) &&
    !lines.some(([from, to]) => line_meets_box(from, to, box));
  const named = [];
  chart.getDatasetMeta(0).data.forEach((dot, i) => {
    const { name } = layers[i], width = width_of(name) + 4;
    const box = name_places.map((place) => name_box(dot, width, place)).find(is_free);
    if (!box) return;
    named.push({ name, box, dot });
    taken.push(box);
  });
  return named;
}

// A plugin of Chart.js. chart.named: what it has placed.
const roofline_names = {
  id: "roofline_names",
  afterDatasetsDraw(chart) {
    const { ctx } = chart;
    ctx.save();
    ctx.font = "11px " + Chart.defaults.font.family;
    ctx.textBaseline = "middle";
    ctx.textAlign = "center";
    chart.named = place_names(chart, (name) => ctx.measureText(name).width);
    for (const { name, box, dot } of chart.named) {
      const near = { x: Math.min(Math.max(dot.x, box.left), box.right), y: Math.min(Math.max(dot.y, box.top), box.bottom) };
      if (Math.hypot(near.x - dot.x, near.y - dot.y) > 14) {
        ctx.strokeStyle = colour("faint");
        ctx.lineWidth = 0.6;
        ctx.beginPath();
        ctx.moveTo(dot.x, dot.y);
        ctx.lineTo(near.x, near.y);
        ctx.stroke();
      }
      ctx.fillStyle = colour("text");
      ctx.fillText(name, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
    }
    ctx.restore();
  },
};
