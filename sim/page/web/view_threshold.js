// The control of the threshold: the machine's own ones, per channel, or one for all channels, chosen
// with a slider, as a number or on a chart.
"use strict";

const several = (count, name) => `${whole(count)} ${name}${count === 1 ? "" : "s"}`;

// The machine's thresholds of the channels shown; null: the channel is never predicted.
const own = view.layer.thresholds.slice(view.channels.first, view.channels.end);
const common = own[0] != null && own.every((value) => value === own[0]) ? own[0] : null;

function describe_own() {
  if (common != null) return `${short_value(common)} for every channel`;
  const known = own.filter((value) => value != null);
  const never = own.length - known.length;
  return "one per channel" +
    (known.length
      ? `, from ${short_value(Math.min(...known))} to ${short_value(Math.max(...known))}` : "") +
    (never ? `; ${several(never, "channel")} never predicted` : "");
}

function why_fixed() {
  const { policy, not_predicted_because } = view.layer;
  if (policy !== "none")
    return `No threshold to move: policy '${policy}' does not compare peeks with one.`;
  return "No threshold to move: the machine does not predict this layer" +
    ` (${not_predicted_because || "its policy is 'none'"}).`;
}

// chosen: the threshold of all channels; null: the machine's own.
function describe_threshold(chosen) {
  if (!by_threshold) return why_fixed();
  if (chosen == null) return `Threshold: the machine's, ${describe_own()}.`;
  const line = `Threshold ${short_value(chosen)} for every channel`;
  if (chosen === common) return line + ", as the machine has it.";
  return `${line}. The machine's differs: ${describe_own()}.` +
    (chosen < 0 && min_value === 0
      ? " No value shown is below 0, as after a ReLU: such a threshold gates nothing." : "");
}

// The slider has a square-root scale on both sides of 0: many positions near 0, 0 is one of them, and
// all peeks are within its range.
const slider_step = Math.sqrt(threshold_range[1] - threshold_range[0]) / 1000;
const place_of = (value) =>
  Math.round(Math.sign(value) * Math.sqrt(Math.abs(value)) / slider_step);
const value_at = (place) =>
  Number((Math.sign(place) * (place * slider_step) ** 2).toPrecision(4));

// moved() is called at every change, settled() when the slider is released. Returns {node,
// show_own(): back to the machine's, line(): the one threshold of all channels or null,
// of(channel), set(number)}.
function threshold_control(moved, settled) {
  let chosen = null;
  const slider = element("input", { id: "slider", type: "range", step: 1,
    "aria-label": "threshold", disabled: !by_threshold,
    min: min_value < 0 ? place_of(threshold_range[0]) - 1 : 0, max: place_of(threshold_range[1]) + 1,
    input: () => choose(value_at(Number(slider.value)), slider), change: settled });
  const number = element("input", { id: "number", type: "number", step: "any",
    "aria-label": "threshold as a number, in units of the ofmap", disabled: !by_threshold,
    input: () => {
      if (Number.isFinite(number.valueAsNumber)) choose(number.valueAsNumber, number);
    },
    change: settled });
  const back = element("button", { id: "own", disabled: !by_threshold, click: () => {
    show_own();
    settled();
  } }, "The machine's");
  const line = element("p", { id: "state", role: "status" });

  // Takes a number from the control `source` and updates the other one.
  function choose(wanted, source) {
    chosen = round_down(wanted);
    if (source !== slider) slider.value = place_of(wanted);
    if (source !== number) number.value = wanted;
    gate_by_threshold(chosen);
    tell();
  }
  function show_own() {
    chosen = null;
    slider.value = place_of(common ?? 0);
    number.value = by_threshold && common != null ? short_value(common) : "";
    gate_as_machine();
    tell();
  }
  function tell() {
    line.textContent = describe_threshold(chosen);
    moved();
  }

  return {
    node: element("div", { class: "sticky" },
      element("div", { class: "bar screen-only" },
        element("label", { for: "slider" }, "Threshold"), slider, number, back), line),
    show_own,
    line: () => chosen ?? (by_threshold ? common : null),
    of: (channel) => chosen ?? (by_threshold ? own[channel] : null),
    set: (wanted) => {
      choose(Number(wanted.toPrecision(4)), null);
      settled();
    },
  };
}
