// The chosen point: its values, its whole machine, and the command that runs it again.
"use strict";

function copy_button(id, text) {
  const button = element("button", { id, click: async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  } }, "Copy");
  return button;
}

// Every key of the machine; those that differ from the base machine are marked.
function machine_table(point) {
  const base = base_of(point);
  const changed_keys = new Map(base ? differences(base, point) : []);
  const rows = sweep.settings.map((setting, i) => {
    const differs = changed_keys.has(setting.key);
    return element("tr", { class: differs ? "differs" : null },
      element("td", {}, setting.key), element("td", {}, in_column(setting, point)),
      element("td", {}, base && differs ? setting.values[base.settings[i]] : ""));
  });
  return wide("the whole machine",
    element("table", { id: "machine" },
      element("caption", {}, base ? "Beside: the value of " + base.path + ", where it is another" : "The machine"),
      element("thead", {}, element("tr", {}, ...["key", "value", "base"].map((name) =>
        element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...rows)));
}

function chosen_parts(point) {
  const workload = workload_of(point), thresholds = thresholds_file(point);
  const save = (id, name, text) => element("button", { id, click: () => download(name, "text/yaml", text) },
    "Save " + name);
  return [
    element("h3", {}, marked_name(point)),
    facts([
      ["network", workload_name(workload)],
      ...axis_factors.map((factor) => [factor.name, level_text(factor, point)]),
      ...known_metrics.filter((metric) => metric.values[point] != null)
        .map((metric) => [element("span", { title: metric.meaning }, metric.label + summed_over(metric)),
          and_unit(metric.unit, metric.values[point])]),
      ...(streams(point) ? [["weights streamed *", counted(sweep.streamed_layers[point], "layer")]] : []),
      ["DRAM priced as", setting_of("dram.kind", point)],
    ]),
    ...warnings(point_warnings(point)),
    element("pre", { id: "command", tabindex: 0 }, command_of(point, " \\\n  ")),
    element("p", { class: "bar screen-only" }, copy_button("copy", () => command_of(point)),
      save("save-machine", machine_file(point), machine_yaml(point)),
      thresholds ? save("save-thresholds", thresholds, sweep.thresholds[thresholds]) : null),
    base_of(point) ? null : element("p", { class: "faint" },
      "The database names no machine file: save the machine, and run it."),
    thresholds ? element("p", { class: "faint" },
      "The command reads " + thresholds + ": save it, unless the base machine has it.") : null,
  ].filter((part) => part != null);
}

// The panel beside the scatter plot. The whole machine is below it, where there is room.
function chosen_panel() {
  const panel = element("div", { id: "chosen", class: "panel", "aria-live": "polite" });
  const draw = () => panel.replaceChildren(...(view.selected == null
    ? [element("p", { class: "faint" }, "No point is chosen.")] : chosen_parts(view.selected)));
  when("selection", draw);
  draw();
  return panel;
}

function show_machine() {
  const holder = element("details", { id: "whole-machine" });
  const draw = () => {
    if (view.selected == null) return holder.replaceChildren();
    holder.replaceChildren(
      element("summary", {}, "All settings of " + point_name(view.selected)), machine_table(view.selected));
  };
  when("selection", draw);
  draw();
  document.getElementById("trade-off").append(holder);
}
