"""The machines of docs/findings.md: shipped ones, some with changed keys."""
import os
from collections.abc import Mapping
from typing import Any

import peeksim
from peeksim.client import ROOT

CONFIGS = os.path.join(ROOT, "configs")
NETWORKS = ("resnet18", "squeezenet1_1", "cifar_resnet20")
NONE = {"prediction.policy": "none"}
SKIP = {"array.skip_zero_activations": True}


class Machine:
    def __init__(
        self,
        label: str,
        file: str,
        overrides: Mapping[str, Any] | None = None,
        calibrated: bool = False,
    ) -> None:
        self.label, self.file, self.overrides = label, file, dict(overrides or {})
        self.calibrated = calibrated  # its prediction is that of configs/calibrated

    def point(self, network: str) -> tuple[str, dict[str, Any]]:
        """(path of the machine file, overrides) on which a network runs."""
        path = os.path.join(CONFIGS, self.file + ".yaml")
        if not self.calibrated:
            return path, self.overrides
        found = peeksim.run(path, trace(network), self.overrides, images=1, detail=True).detail
        assert found
        parts = {s: found["machine"][s] for s in ("array", "buffers")}
        return calibrated_file(network), {
            "%s.%s" % (section, key): value
            for section, keys in parts.items()
            for key, value in keys.items()
        }


def trace(network: str) -> str:
    return os.path.join(ROOT, "traces", network + ".h5")


def calibrated_file(network: str) -> str:
    return os.path.join(CONFIGS, "calibrated", network + "-20.yaml")


DENSE = Machine("16x16 dense", "dense-16x16")
GATE = Machine("16x16 gate", "peek-16x16")
ROW_SKIP = Machine("16x16 row_skip", "peek-16x16", {"array.dispatch": "row_skip"})
PACKED = Machine("16x16 packed", "peek-16x16-packed")
BALANCED = Machine("16x16 balanced", "peek-16x16-balanced", {"array.dispatch": "balanced"})
FILL = Machine("16x16 fill", "peek-16x16-balanced")
WIDE = Machine("8x32 fill", "peek-8x32-balanced")
WIDE_DENSE = Machine("8x32 dense", WIDE.file, NONE)
SKIPPING = Machine("16x16 dense, skipping", "dense-16x16-skip")
GATE_SKIP = Machine("16x16 gate, skipping", "peek-16x16", SKIP)
BOTH = Machine("16x16 fill, skipping", "peek-16x16-skip")
WIDE_SKIPPING = Machine("8x32 dense, skipping", WIDE.file, dict(SKIP, **NONE))
WIDE_BOTH = Machine("8x32 fill, skipping", "peek-8x32-balanced", SKIP)
CALIBRATED = (
    Machine("16x16 fill, calibrated", FILL.file, calibrated=True),
    Machine("16x16 fill, skipping, calibrated", BOTH.file, calibrated=True),
    Machine("8x32 fill, skipping, calibrated", WIDE.file, SKIP, calibrated=True),
)
MACHINES = (
    (DENSE, GATE, ROW_SKIP, PACKED, BALANCED, FILL, WIDE_DENSE, WIDE)
    + (SKIPPING, GATE_SKIP, BOTH, WIDE_SKIPPING, WIDE_BOTH)
    + CALIBRATED
)
