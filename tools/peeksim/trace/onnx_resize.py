"""The ONNX operators that scale a map: Resize and Upsample.

Every mode is linear and works axis by axis: each output is a sum of a few inputs ("taps"), whose
indices and weights follow from the sizes. Coordinates are computed in single precision, as other
programs that run ONNX files do.
"""
from collections.abc import Callable, Sequence

import torch

from .onnx_graph import Builder, Node, Operator, Refusal, Value, fixed, numbers

# The indices of the taps, and their weights; None: 1.
Taps = tuple[Sequence[torch.Tensor], Sequence[torch.Tensor | None]]


def resize(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    if node.get("antialias", 0):
        raise Refusal("it asks for antialias")
    dims = x.tensor.dim()
    axes = [a % dims for a in node.get("axes", range(dims))]
    for axis, new, scale in zip(axes, *_sizes(node, x, axes)):
        if scale != 1:
            x = _along(build, node, x, axis, new, scale)
    return x


def _sizes(node: Node, x: Value, axes: Sequence[int]) -> tuple[list[int], list[float]]:
    """(new sizes, scales) of the axes."""
    old = [x.tensor.shape[a] for a in axes]
    new = numbers(node, 3, "sizes")
    if new is None:
        scales = node.get("scales")
        if scales is None:  # Upsample and Resize of opset 10 have them second, after which came roi
            last = node.input(2) if node.kind == "Resize" and node.opset > 10 else node.input(1)
            scales = fixed(last, "scales").flatten().tolist()
        return [int(torch.tensor(n * s).floor()) for n, s in zip(old, scales)], scales
    if node.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise Refusal("its keep_aspect_ratio_policy is %s" % node.get("keep_aspect_ratio_policy"))
    return new, [n / o for n, o in zip(new, old)]


def _along(build: Builder, node: Node, x: Value, axis: int, new: int, scale: float) -> Value:
    mode = node.get("mode", "nearest")
    if mode not in MODES:
        raise Refusal("its mode is %s" % mode)
    old = x.tensor.shape[axis]
    indices, weights = MODES[mode](node, _coordinates(node, old, new, scale), old)
    shape = [-1] + [1] * (x.tensor.dim() - 1 - axis)
    total: Value | None = None
    for index, weight in zip(indices, weights):
        index = index.clamp(0, old - 1).long()
        part = build.call(torch.index_select, x, axis, Value(index))
        if weight is not None:
            part = build.call(torch.mul, part, Value(weight.reshape(shape)))
        total = part if total is None else build.call(torch.add, total, part)
    assert total  # every mode has taps
    return total


def _coordinates(node: Node, old: int, new: int, scale: float) -> torch.Tensor:
    """Where each output lies among the inputs: [new]."""
    early = node.kind == "Upsample" or node.opset < 11
    mode = node.get("coordinate_transformation_mode", "asymmetric" if early else "half_pixel")
    place, scale = torch.arange(new, dtype=torch.float32), torch.tensor(scale, dtype=torch.float32)
    if mode == "asymmetric":
        return place / scale
    if mode == "half_pixel" or mode == "pytorch_half_pixel" and new > 1:
        return (place + 0.5) / scale - 0.5
    if mode == "half_pixel_symmetric":
        return old / 2 * (1 - new / (scale * old)) + (place + 0.5) / scale - 0.5
    if mode == "tf_half_pixel_for_nn":
        return (place + 0.5) / scale
    if mode == "align_corners" and new > 1:
        return place * (old - 1) / (new - 1)
    if mode in ("align_corners", "pytorch_half_pixel"):
        return place
    raise Refusal("its coordinate_transformation_mode is %s" % mode)


NEAREST: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "floor": torch.floor,
    "ceil": torch.ceil,
    "round_prefer_floor": lambda x: torch.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: torch.floor(x + 0.5),
}


def _nearest(node: Node, x: torch.Tensor, old: int) -> Taps:
    early = node.kind == "Upsample" or node.opset < 11
    mode = node.get("nearest_mode", "floor" if early else "round_prefer_floor")
    if mode not in NEAREST:
        raise Refusal("its nearest_mode is %s" % mode)
    return [NEAREST[mode](x)], [None]


def _linear(node: Node, x: torch.Tensor, old: int) -> Taps:
    x = x.clamp(0, old - 1)
    low = x.floor()
    return [low, low + 1], [1 - (x - low), x - low]


def _cubic(node: Node, x: torch.Tensor, old: int) -> Taps:
    """The weights are those of Keys (1981), as in the text of Resize: a is its only parameter."""
    a, low = node.get("cubic_coeff_a", -0.75), x.floor()
    indices = [low - 1, low, low + 1, low + 2]
    weights = []
    for index in indices:
        t = (x - index).abs()
        near = ((a + 2) * t - (a + 3)) * t * t + 1
        far = a * (((t - 5) * t + 8) * t - 4)
        weight = torch.where(t <= 1, near, far)
        outside = (index < 0) | (index > old - 1)
        weights.append(weight * ~outside if node.get("exclude_outside", 0) else weight)
    total = sum(weights)
    return indices, [w / total for w in weights]


MODES = {"nearest": _nearest, "linear": _linear, "bilinear": _linear, "cubic": _cubic}
RESIZES: dict[str, Operator] = {"Resize": resize, "Upsample": resize}
