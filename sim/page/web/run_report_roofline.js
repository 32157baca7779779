// The report of a run: the roofline of the machine, and where each layer lies under it.
"use strict";

let skipped_count = false; // MACs that prediction saved count as done

function show_roofline() {
  const { array, dram } = run.machine;
  const peak = 2 * array.rows * array.cols * array.lanes; // operations per cycle
  const bandwidth = dram.bytes_per_cycle;

  // A dot: operations per DRAM byte, operations per cycle. A MAC is two operations.
  const dot = (layer, who) => {
    const c = layer[who].counters;
    const operations = 2 * (skipped_count ? c.macs_total : c.macs_total - c.macs_predicted);
    return { x: operations / (c.dram_read_bytes + c.dram_write_bytes), y: operations / c.cycles };
  };
  const dots = (who) => layers.map((layer) => dot(layer, who));

  const configure = () => {
    const [machine, dense] = [dots("machine"), predicts ? dots("dense") : []];
    const all = [...machine, ...dense].filter(({ x, y }) => x > 0 && y > 0 && isFinite(x));
    const ridge = peak / bandwidth; // where the two ceilings meet
    const left = Math.min(ridge / 2, ...all.map(({ x }) => x)) / 1.5;
    const right = Math.max(ridge * 2, ...all.map(({ x }) => x)) * 1.5;
    const line = (label, tint, points, dash) => ({
      type: "line",
      label,
      data: points,
      pointStyle: "line",
      borderColor: colour(tint),
      borderWidth: 2,
      borderDash: dash,
      pointRadius: 0,
      pointHitRadius: 0,
      order: 3,
    });
    return {
      type: "scatter",
      plugins: [roofline_names],
      data: {
        datasets: [
          {
            label: "this machine",
            data: machine,
            backgroundColor: colour("c1"),
            borderColor: colour("back"),
            pointRadius: 6,
            pointHoverRadius: 9,
            order: 1
          },
          ...predicts ? [{
            label: "without prediction",
            data: dense,
            backgroundColor: "transparent",
            borderColor: colour("c2"),
            borderWidth: 2,
            pointRadius: 6,
            pointHoverRadius: 9,
            order: 2
          }] : [],
          line("ceiling of the DRAM: " + bandwidth + " B/cycle", "c4",
            [{ x: left, y: left * bandwidth }, { x: ridge, y: peak }]),
          line("ceiling of the array: " + whole(peak) + " operations/cycle", "c5",
            [{ x: ridge, y: peak }, { x: right, y: peak }]),
          ...predicts ? [{
            ...line("moved by prediction", "faint",
              layers.flatMap((_, i) => [dense[i], machine[i], { x: NaN, y: NaN }]), [3, 3]),
            borderWidth: 1
          }] : [],
        ]
      },
      options: {
        interaction: { mode: "nearest", intersect: true },
        scales: {
          x: axis("operations per DRAM byte",
            { type: "logarithmic", min: left, max: right, ticks: log_ticks }),
          y: axis("operations per cycle", {
            type: "logarithmic",
            ticks: log_ticks,
            max: Math.max(peak, ...all.map(({ y }) => y)) * 1.5,
            min: Math.min(left * bandwidth, ...all.map(({ y }) => y)) / 1.2
          }),
        },
        plugins: {
          legend: { labels: { boxWidth: 14, usePointStyle: true } },
          tooltip: {
            filter: (item) => item.dataset.type !== "line",
            callbacks: {
              title: (items) => (items.length ? layers[items[0].dataIndex].name : ""),
              label: (item) => item.dataset.label + ": " + short_number(item.parsed.x) +
                " operations/byte, " + short_number(item.parsed.y) + " operations/cycle, " +
                percent(item.parsed.y / peak) + " of the array's ceiling",
            }
          },
        },
      },
    };
  };
  section("roofline", "Roofline",
    "A filled dot per layer" +
      (predicts ? "; a ring for the same layer without prediction" : "") + ". A MAC is two operations. Dots right of " +
      "the bend can at best be limited by the array, dots left of it by DRAM." +
      (predicts ? " Without skipped MACs a dot shows what the hardware did, " +
        "and stays below both ceilings; with them it shows what the layer " +
        "was worth, and prediction may lift it above." : "") +
      " Layers are named where there is room; pointing at a dot names it too.",
    !predicts ? null : choice("roofline-counts", "Operations count",
      [["done", "MACs that the array computes"], ["all", "skipped MACs too"]],
      (value) => {
        skipped_count = value === "all";
        redraw();
      }),
    chart("roofline-chart",
      "Operations per cycle against operations per DRAM byte, a dot for " +
        "each layer, under the " +
        "ceilings of array and DRAM",
      520, configure));
}

// 1, 2 and 5 times powers of ten, shortened.
const log_ticks = {
  maxRotation: 0,
  callback: (value) =>
    (/^[125]e/.test(Number(value.toPrecision(6)).toExponential()) ? short_number(value) : "")
};

