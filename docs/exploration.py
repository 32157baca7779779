#!/usr/bin/env python3
"""The measurements of docs/exploration.md: 256 PEs in five shapes, three ways to dispatch, and what
prediction gains each in cycles and costs in energy; and what else might hold it back. Prints
tables, draws exploration.png.

    /usr/bin/python3 docs/exploration.py [TRACE]
"""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import peeksim  # noqa: E402

SHAPES = ((4, 64), (8, 32), (16, 16), (32, 8), (64, 4))
DISPATCH = {"gate": "o", "row_skip": "s", "packed": "^"}
PEEKS = ("diagonal", "corner")


def point(trace, rows, cols, dispatch, **more):
    """Ports grow with the array: an activation per row (four where columns pack alone), a weight
    per column."""
    overrides = {
        "array.rows": rows,
        "array.cols": cols,
        "array.dispatch": dispatch,
        "buffers.ifmap_read_width": rows * (4 if dispatch == "packed" else 1),
        "buffers.weight_read_width": cols,
    }
    overrides.update(more)
    return peeksim.Point(os.path.join(ROOT, "configs", "peek-16x16.yaml"), trace, overrides)


def main(trace):
    with peeksim.Session() as session:
        alone = point(trace, 16, 16, "gate", **{"prediction.policy": "none"})
        dense = session.run(alone.machine, alone.trace, alone.overrides)
        points = [
            point(trace, rows, cols, dispatch, **{"prediction.peeks": peeks})
            for peeks in PEEKS
            for rows, cols in SHAPES
            for dispatch in DISPATCH
        ]
        found = {id(p): r for p, r in session.batch(points)}
    rows = [(p.overrides, found[id(p)]) for p in points]
    print("dense 16x16: %.3f Mcycles, %.3f mJ" % (dense["cycles"] / 1e6, dense["energy"] / 1e9))
    print("peeks     array  dispatch  saved MACs  speed-up  Mcycles  /dense     mJ  /dense")
    for keys, r in rows:
        print(
            "%-8s  %2dx%-2d  %-8s  %9.1f%%  %8.3f  %7.3f  %6.3f  %5.2f  %6.3f"
            % (
                keys["prediction.peeks"], keys["array.rows"], keys["array.cols"],
                keys["array.dispatch"], 100 * r["mac_reduction"], r["speed_up"],
                r["cycles"] / 1e6, r["cycles"] / dense["cycles"],
                r["energy"] / 1e9, r["energy"] / dense["energy"],
            )
        )  # fmt: skip
    print_causes(trace)
    draw(rows, dense, os.path.splitext(os.path.basename(trace))[0])


def print_causes(trace):
    """What else might hold prediction back, on machines whose read ports never do."""
    free = {"buffers.ifmap_read_width": 0, "buffers.weight_read_width": 0}
    shapes = {"16x16 packed": (16, 16, "packed"), "64x4 row_skip": (64, 4, "row_skip")}
    square, tall = shapes
    print("\nunlimited read ports, diagonal peeks")
    for what, shape, more in (
        ("nothing changed", square, {}),
        ("nothing changed", tall, {}),
        ("decision latency 0", square, {"prediction.latency": 0}),
        ("DRAM 64 bytes a cycle", square, {"dram.bytes_per_cycle": 64}),
        (
            "large buffers",
            square,
            {"buffers.ifmap_bytes": 1 << 20, "buffers.ofmap_bytes": 256 << 10},
        ),
        ("four lanes per PE", square, {"array.lanes": 4}),
        ("oracle", square, {"prediction.policy": "oracle"}),
        ("oracle", tall, {"prediction.policy": "oracle"}),
        ("threshold 0.2", square, {"prediction.threshold": 0.2}),
    ):
        asked = point(trace, *shapes[shape], **free, **more)
        r = peeksim.run(asked.machine, asked.trace, asked.overrides)
        print(
            "%-22s %-13s  saved %4.1f%%  speed-up %.3f  %6.3f Mcycles  %5.2f mJ  false %4.1f%%"
            % (
                what, shape, 100 * r["mac_reduction"], r["speed_up"], r["cycles"] / 1e6,
                r["energy"] / 1e9, 100 * r["false_zero_share"],
            )
        )  # fmt: skip


def draw(rows, dense, network):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.6), sharey=True)
    colors = dict(zip(SHAPES, ("tab:blue", "tab:green", "tab:red", "tab:purple", "tab:gray")))
    for plot, peeks in zip(axes, PEEKS):
        for keys, r in rows:
            shape = (keys["array.rows"], keys["array.cols"])
            if keys["prediction.peeks"] == peeks:
                plot.scatter(
                    r["energy"] / 1e9,
                    r["speed_up"],
                    color=colors[shape],
                    marker=DISPATCH[keys["array.dispatch"]],
                )
        plot.axhline(1, color="black", linewidth=0.8, linestyle=":")
        plot.axvline(dense["energy"] / 1e9, color="black", linewidth=0.8, linestyle=":")
        saved = 100 * next(r for k, r in rows if k["prediction.peeks"] == peeks)["mac_reduction"]
        plot.set_title(
            "%s, peeks: %s, %.0f %% of MACs saved" % (network, peeks, saved), fontsize=10
        )
        plot.set_xlabel("energy, mJ (dotted: dense 16x16)")
        plot.set_xscale("log")
        plot.set_xticks((5, 10, 20, 40), labels=("5", "10", "20", "40"))
        plot.minorticks_off()
        plot.grid(alpha=0.3)
    axes[0].set_ylabel("speed-up over the same machine without prediction")
    handles = [
        pyplot.Line2D([], [], color=colors[s], marker="o", linestyle="", label="%dx%d" % s)
        for s in SHAPES
    ] + [
        pyplot.Line2D([], [], color="black", marker=m, linestyle="", label=d)
        for d, m in DISPATCH.items()
    ]
    axes[1].legend(handles=handles, fontsize=8, ncol=2)
    figure.tight_layout()
    path = os.path.join(ROOT, "docs", "exploration.png")
    figure.savefig(path, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "traces", "resnet18.h5"))
