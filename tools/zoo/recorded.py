"""A trace as its file has it."""
import math
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]


class Layer:
    """integers: it was computed in int8 arithmetic; values: the datasets by name, as numbers."""

    def __init__(self, group: Any, values: bool) -> None:
        self.name, self.activation = (_text(group.attrs[k]) for k in ("name", "activation"))
        self.integers = "arithmetic" in group.attrs
        self.weight_shape = [int(n) for n in group.attrs["weight_shape"]]
        self.outputs = math.prod(int(n) for n in group.attrs["ofmap_shape"])
        self.values = {name: _decoded(group[name]) for name in group} if values else {}

    def macs(self) -> int:
        return self.outputs * math.prod(self.weight_shape[1:])


def read(path: str, values: bool = True) -> tuple[list[Layer], int]:
    """(its Layers, the MACs that it lacks)"""
    with h5py.File(path, "r") as f:
        layers = [Layer(f["layers"][name], values) for name in sorted(f["layers"])]
        return layers, int(f.attrs.get("unrecorded_macs", 0))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _decoded(dataset: Any) -> Doubles:
    scale, values = dataset.attrs.get("scale", 1), dataset[...].astype("f8")
    if np.ndim(scale) == 1:
        scale = scale.reshape([-1] + [1] * (values.ndim - 1))
    numbers: Doubles = (values - dataset.attrs.get("zero_point", 0)) * scale
    return numbers
