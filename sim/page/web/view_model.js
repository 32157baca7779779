// The model behind the page of a layer: values, windows, and what a threshold gates. Draws nothing.
// Implements the rule of policy `peek` (docs/machine.md section 2); which outputs the machine gates
// comes from the simulator. Windows are numbered over all channels shown, channel after channel.
"use strict";

const view = data();
const [, P, Q] = view.layer.ofmap_shape;
const plane = P * Q;
const channels = view.channels.end - view.channels.first;
const by_threshold = view.layer.policy === "peek"; // else there is no threshold to move

// ---- values

function bytes_of(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// The distinct values of a trace of 8 or 16 bits, ascending; empty for others.
const levels = new Float32Array(bytes_of(view.values.table).buffer);
const values = (() => {
  const { buffer } = bytes_of(view.values.bytes);
  if (view.values.width === 4) return new Float32Array(buffer);
  const places = view.values.width === 1 ? new Uint8Array(buffer) : new Uint16Array(buffer);
  return Float32Array.from(places, (place) => levels[place]);
})();

const min_value = values.reduce((low, value) => Math.min(low, value), 0);
const max_value = values.reduce((high, value) => Math.max(high, value), 0);

// The largest 32-bit float at or below a number, as in the simulator.
function round_down(number) {
  const float = new Float32Array([number]);
  if (float[0] > number) {
    const bits = new Int32Array(float.buffer);
    if (float[0] === 0) bits[0] = -0x7fffffff; // the negative number that is nearest to 0
    else bits[0] += float[0] > 0 ? -1 : 1;
  }
  return float[0];
}

// ---- windows

const grid = (() => {
  const [height, width] = view.layer.window;
  const rows = Math.ceil(P / height), columns = Math.ceil(Q / width);
  const is_peek = new Uint8Array(plane); // by position in the plane
  const window_of = new Int32Array(plane);
  const neighbors = new Int32Array(rows * columns); // by window
  for (let row = 0; row < P; ++row)
    for (let column = 0; column < Q; ++column) {
      const i = row * Q + column;
      window_of[i] = Math.floor(row / height) * columns + Math.floor(column / width);
      is_peek[i] = view.layer.peeks.some(
        ([y, x]) => y === row % height && x === column % width) ? 1 : 0;
      if (!is_peek[i]) ++neighbors[window_of[i]];
    }
  return { height, width, rows, columns, windows: rows * columns, is_peek, window_of, neighbors };
})();

// For each window: its largest peek, NaN if it has none, which no threshold reaches; the number of its
// neighbors above 0, and their sum.
const { largest, positive, positive_sum } = (() => {
  const count = channels * grid.windows;
  const found = { largest: new Float32Array(count).fill(NaN), positive: new Int32Array(count),
    positive_sum: new Float64Array(count) };
  for (let i = 0, channel = 0; channel < channels; ++channel)
    for (let position = 0; position < plane; ++position, ++i) {
      const window = channel * grid.windows + grid.window_of[position];
      if (grid.is_peek[position]) {
        if (!(found.largest[window] >= values[i])) found.largest[window] = values[i];
      } else if (values[i] > 0) {
        ++found.positive[window];
        found.positive_sum[window] += values[i];
      }
    }
  return found;
})();

// Whether a threshold decides on a window: it has a peek and a neighbor.
const decided = (window) =>
  !Number.isNaN(largest[window]) && grid.neighbors[window % grid.windows] > 0;

// ---- what is gated

const gated = new Uint8Array(channels * grid.windows); // at the current threshold, by window

function gate_by_threshold(threshold) {
  for (let window = 0; window < gated.length; ++window)
    gated[window] = largest[window] <= threshold ? 1 : 0;
}

function gate_as_machine() {
  const bits = bytes_of(view.predicted);
  for (let window = 0; window < gated.length; ++window)
    gated[window] = (bits[window >> 3] >> (window & 7)) & 1; // no bits: nothing is predicted
}

const roles = ["peek", "computed", "right", "wrong"]; // of an output, by number
function role_of(channel, position) {
  if (grid.is_peek[position]) return 0;
  if (!gated[channel * grid.windows + grid.window_of[position]]) return 1;
  return values[channel * plane + position] > 0 ? 3 : 2;
}

const peeks_of_plane = grid.is_peek.reduce((sum, is_peek) => sum + is_peek, 0);
const value_of_channel = Array.from({ length: channels }, (_, channel) =>
  values.subarray(channel * plane, (channel + 1) * plane)
    .reduce((sum, value) => sum + Math.max(0, value), 0));

// Adds the shares of gated outputs. `outputs`, `gated`, `wrong`: counts; `lost`: the sum of the
// values that were wrongly taken for zero, of `value`, the sum of all above 0.
const with_shares = (counts) => ({
  ...counts,
  mac_reduction: counts.gated / counts.outputs,
  false_share: counts.gated ? counts.wrong / counts.gated : 0,
  lost_share: counts.value ? counts.lost / counts.value : 0,
});

// The counts of a channel at the current threshold.
function judge_channel(channel) {
  const counts = { outputs: plane, peeks: peeks_of_plane, gated: 0, wrong: 0, lost: 0,
    value: value_of_channel[channel] };
  for (let i = 0, window = channel * grid.windows; i < grid.windows; ++i, ++window) {
    if (!gated[window]) continue;
    counts.gated += grid.neighbors[i];
    counts.wrong += positive[window];
    counts.lost += positive_sum[window];
  }
  return with_shares(counts);
}

function total(judged) {
  const sum = { outputs: 0, peeks: 0, gated: 0, wrong: 0, lost: 0, value: 0 };
  for (const channel of judged) for (const name of Object.keys(sum)) sum[name] += channel[name];
  return with_shares(sum);
}

// ---- over all thresholds

// The edges of the histogram's bins, ascending: the levels of a trace of 8 bits, else
// about a hundred at equal distances, 0 among them.
function edges() {
  if (levels.length > 0 && levels.length <= 256) return levels;
  let low = 0, high = 0;
  for (let window = 0; window < largest.length; ++window) {
    if (!decided(window)) continue;
    low = Math.min(low, largest[window]);
    high = Math.max(high, largest[window]);
  }
  const step = (high - low) / 100 || 1;
  const made = [];
  for (let i = Math.floor(low / step); i <= Math.ceil(high / step); ++i)
    made.push(round_down(Number((i * step).toPrecision(6))));
  return made;
}

// A row for each edge: the windows whose largest peek is at or below it and above the edge before,
// split by whether all neighbors are zero; and what the edge gates as threshold of every channel.
function threshold_table() {
  const rows = Array.from(edges(), (threshold) =>
    ({ threshold, all_zero: 0, other: 0, gated: 0, wrong: 0, lost: 0 }));
  for (let window = 0; window < largest.length; ++window) {
    if (!decided(window)) continue;
    let first = 0;
    for (let end = rows.length - 1; first < end;) {
      const middle = (first + end) >> 1;
      if (largest[window] <= rows[middle].threshold) end = middle;
      else first = middle + 1;
    }
    ++rows[first][positive[window] ? "other" : "all_zero"];
    rows[first].gated += grid.neighbors[window % grid.windows];
    rows[first].wrong += positive[window];
    rows[first].lost += positive_sum[window];
  }
  const value = value_of_channel.reduce((sum, part) => sum + part, 0);
  let below = { gated: 0, wrong: 0, lost: 0 };
  return rows.map((row) => {
    for (const name of Object.keys(below)) below[name] += row[name];
    return { ...row, ...with_shares({ ...below, outputs: values.length, value }) };
  });
}
