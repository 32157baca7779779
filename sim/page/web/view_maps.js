// The channels as small maps, and one of them enlarged with its windows. Both are canvases with a
// cursor that mouse or arrow keys move; an output is a square, without smoothing.
"use strict";

const role_titles = ["peek", "computed", "gated rightly", "gated wrongly"];
const role_colours = ["peek", "computed", "c3", "c2"];

// ---- colours

const rgb = (name) => colour(name).match(/\w\w/g).map((digits) => parseInt(digits, 16));
const mix = (from, to, share) => from.map((part, i) => Math.round(part + (to[i] - part) * share));
// 256 colours between two, on a square-root scale, so that small values are visible.
const ramp = (from, to) => Array.from({ length: 256 }, (_, i) => mix(from, to, Math.sqrt(i / 255)));

// For each look, a function that returns the colour of an output; rebuilt when the theme changes.
const looks = {
  role: () => {
    const tints = role_colours.map(rgb);
    return (channel, position) => tints[role_of(channel, position)];
  },
  value: () => {
    const above = ramp(rgb("back"), rgb("c2")), below = ramp(rgb("back"), rgb("c1"));
    const extent = Math.max(max_value, -min_value) || 1;
    return (channel, position) => {
      const value = values[channel * plane + position];
      return (value > 0 ? above : below)[Math.round(255 * Math.abs(value) / extent)];
    };
  },
  lost: () => {
    const lost = ramp(mix(rgb("back"), rgb("bad"), 0.4), rgb("bad"));
    const kept = ramp(rgb("back"), mix(rgb("back"), rgb("faint"), 0.6));
    return (channel, position) => {
      const share = Math.max(0, values[channel * plane + position]) / (max_value || 1);
      return (role_of(channel, position) === 3 ? lost : kept)[Math.round(255 * share)];
    };
  },
};

// The legend of each look: [colour, text], ...
const look_legends = {
  role: () => roles.map((_, i) => [role_colours[i], role_titles[i]]),
  value: () => [["c1", "down to " + short_value(min_value)], ["c2", "up to " + short_value(max_value)]],
  lost: () => [["bad", "taken for zero, up to " + short_value(max_value)],
    ["faint", "kept, up to " + short_value(max_value)]],
};
const swatch = (name) =>
  element("span", { class: "swatch", style: `background:var(--${name})` });

const look_titles = { role: "role of each output", value: "values (above zero, below zero)",
  lost: "lost values on the values kept" };

let paint = null; // of the chosen look
function choose_look(name) {
  paint = looks[name]();
}

// The map of a channel, one pixel per output, from which all drawing copies.
const plane_canvas = element("canvas", { width: Q, height: P });
function draw_plane(channel) {
  const context = plane_canvas.getContext("2d");
  const image = context.createImageData(Q, P);
  for (let position = 0, byte = 0; position < plane; ++position, byte += 4) {
    const [red, green, blue] = paint(channel, position);
    image.data[byte] = red;
    image.data[byte + 1] = green;
    image.data[byte + 2] = blue;
    image.data[byte + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// Sets the size of a canvas in page pixels, sharp on any screen. Returns its context.
function size_canvas(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = width + "px";
  canvas.style.height = height + "px";
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  context.clearRect(0, 0, width, height);
  return context;
}

// The new place of a cursor after an arrow key, Home or End, among `count` places in rows of
// `columns`; null: another key.
function step_of(key, place, columns, count) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns,
    Home: -place, End: count - 1 - place };
  if (!(key in steps)) return null;
  const to = place + steps[key];
  return to >= 0 && to < count ? to : place;
}

// ---- all channels

// The maps of all channels, in the order of `order` (places of channels). select(channel) is called
// when one is chosen. Returns {node, draw, show(order), choose(channel)}.
function channel_maps(select) {
  const gap = 8;
  const canvas = element("canvas", { id: "maps", tabindex: 0, role: "application",
    "aria-label": "Maps of all channels; arrow keys choose one" });
  const node = element("div", { class: "chart" }, canvas);
  let order = Array.from({ length: channels }, (_, channel) => channel);
  let chosen = 0;
  let layout = null;

  // The largest scale, in pixels per output, at which all maps fit a screen; on a narrow one the
  // reader scrolls anyway.
  function lay_out() {
    const room = node.clientWidth;
    const max_height = room < 500 ? 1100 : 640;
    for (const scale of [16, 12, 8, 6, 5, 4, 3, 2, 1, 1 / 2, 1 / 3, 1 / 4]) {
      const width = Math.ceil(Q * scale) + gap;
      const label = width >= 30 ? 13 : 0;
      const height = Math.ceil(P * scale) + gap + label;
      const columns = Math.max(1, Math.floor(room / width));
      const rows = Math.ceil(channels / columns);
      layout = { scale, width, height, label, columns, rows };
      if (rows * height <= max_height && width <= room) return;
    }
  }

  function draw() {
    lay_out();
    const { scale, width, height, label, columns, rows } = layout;
    const across = Math.min(columns, channels) * width;
    const context = size_canvas(canvas, across, rows * height);
    context.font = "11px " + getComputedStyle(document.body).fontFamily;
    context.textAlign = "center";
    context.imageSmoothingEnabled = scale < 1; // a reduced map averages outputs
    order.forEach((channel, place) => {
      const x = (place % columns) * width + gap / 2;
      const y = Math.floor(place / columns) * height + gap / 2;
      draw_plane(channel);
      context.drawImage(plane_canvas, x, y, Q * scale, P * scale);
      context.strokeStyle = colour(channel === chosen ? "text" : "line");
      context.lineWidth = channel === chosen ? 3 : 1;
      context.strokeRect(x - 1, y - 1, Q * scale + 2, P * scale + 2);
      context.fillStyle = colour(channel === chosen ? "text" : "faint");
      if (label)
        context.fillText(view.channels.first + channel, x + Q * scale / 2, y + P * scale + 12);
    });
  }

  function choose(channel) {
    chosen = channel;
    draw();
    select(channel);
  }

  canvas.addEventListener("click", ({ offsetX, offsetY }) => {
    const column = Math.floor(offsetX / layout.width);
    const place = Math.floor(offsetY / layout.height) * layout.columns + column;
    if (column < layout.columns && place < channels) choose(order[place]);
  });
  canvas.addEventListener("keydown", (event) => {
    const place = step_of(event.key, order.indexOf(chosen), layout.columns, channels);
    if (place == null) return;
    event.preventDefault();
    choose(order[place]);
  });
  return { node, draw, choose, show: (sorted) => {
    order = sorted;
    draw();
  } };
}

// ---- one channel

// The map of one channel with its windows. tell(channel, position) is called when the cursor moves.
// Returns {node, draw, show(channel), larger(factor)}.
function channel_map(tell) {
  const canvas = element("canvas", { id: "zoom", tabindex: 0, role: "application",
    "aria-label": "Map of the chosen channel; arrow keys move from output to output" });
  const node = element("div", { class: "zoom" }, canvas);
  let channel = 0;
  let cursor = 0;
  let factor = 1;
  let scale = 1;

  function draw_windows(context) {
    context.strokeStyle = colour("text");
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.beginPath();
    for (let row = 0; row <= P; row += grid.height) {
      context.moveTo(0, row * scale + 0.5);
      context.lineTo(Q * scale, row * scale + 0.5);
    }
    for (let column = 0; column <= Q; column += grid.width) {
      context.moveTo(column * scale + 0.5, 0);
      context.lineTo(column * scale + 0.5, P * scale);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  // Marks peeks with a dot, visible in every colour scheme.
  function draw_peeks(context) {
    context.fillStyle = colour("text");
    for (let position = 0; position < plane; ++position) {
      if (!grid.is_peek[position]) continue;
      const x = (position % Q + 0.5) * scale, y = (Math.floor(position / Q) + 0.5) * scale;
      context.beginPath();
      context.arc(x, y, scale / 8, 0, 2 * Math.PI);
      context.fill();
    }
  }

  function draw() {
    const room = Math.min(node.clientWidth, 640) - 2;
    const fitting = Math.max(1, Math.min(Math.floor(room / Q), Math.floor(room / P), 64));
    scale = Math.max(1, Math.min(fitting * factor, Math.floor(4096 / Math.max(P, Q))));
    const context = size_canvas(canvas, Q * scale + 1, P * scale + 1);
    draw_plane(channel);
    context.drawImage(plane_canvas, 0, 0, Q * scale, P * scale);
    if (Math.min(grid.height, grid.width) * scale >= 6) draw_windows(context);
    if (scale >= 8) draw_peeks(context);
    const x = cursor % Q * scale, y = Math.floor(cursor / Q) * scale;
    context.strokeStyle = colour("text");
    context.lineWidth = 2;
    context.strokeRect(x - 1, y - 1, scale + 2, scale + 2);
  }

  function move(position) {
    cursor = position;
    draw();
    tell(channel, cursor);
  }

  canvas.addEventListener("mousemove", ({ offsetX, offsetY }) => {
    const column = Math.floor(offsetX / scale), row = Math.floor(offsetY / scale);
    if (column >= 0 && column < Q && row >= 0 && row < P && row * Q + column !== cursor)
      move(row * Q + column);
  });
  canvas.addEventListener("keydown", (event) => {
    const position = step_of(event.key, cursor, Q, plane);
    if (position == null) return;
    event.preventDefault();
    move(position);
  });
  return {
    node,
    draw: () => move(cursor),
    show: (other) => {
      channel = other;
      move(cursor);
    },
    larger: (by) => {
      factor = Math.max(1, factor * by);
      move(cursor);
    },
  };
}
