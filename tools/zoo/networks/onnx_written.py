"""ONNX files written node by node, as older exporters and other programs write them."""
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

from ..entry import onnx_file, shake
from .blocks import ChannelsMovedLast

FAMILY = "ONNX files of other programs"


def write(
    path: str,
    nodes: list[Any],
    constants: Mapping[str, Any],
    size: tuple[int, ...] = (3, 12, 12),
    opset: int = 13,
    kind: Any = TensorProto.FLOAT,
) -> None:
    """A file of the nodes from x, [N, *size], to y. constants: by name."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", kind, ("N",) + size)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()],
    )
    sets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=sets), path)


def conv(x: str, y: str, net: Any, constants: dict[str, Any], **more: Any) -> Any:
    """The node of a convolution of torch's."""
    names = [y + ".weight", y + ".bias"]
    constants.update(zip(names, (net.weight.detach().numpy(), net.bias.detach().numpy())))
    pads = list(net.padding) * 2
    return helper.make_node("Conv", [x] + names, [y], name=y, pads=pads, **more)


class Added(nn.Module):
    """Opset 6 names the axis of an operand of fewer axes: `broadcast`."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 3)
        self.offset, self.scale = nn.Parameter(torch.ones(4)), nn.Parameter(torch.ones(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x) * self.scale[:, None, None] + self.offset[:, None, None]
        return self.last(F.relu(x))


@onnx_file("onnx-opset6", "opset 6: axis and broadcast of Add and Mul", layers=2, relus=1)
def opset6(path: str) -> nn.Module:
    net, constants = shake(Added()), {}
    for name in ("scale", "offset"):
        constants[name] = getattr(net, name).detach().numpy()
    nodes = [
        conv("x", "conv", net.conv, constants),
        helper.make_node("Mul", ["conv", "scale"], ["scaled"], axis=1, broadcast=1),
        helper.make_node("Add", ["scaled", "offset"], ["moved"], axis=1, broadcast=1),
        helper.make_node("Relu", ["moved"], ["relu"]),
        conv("relu", "last", net.last, constants),
        helper.make_node("Identity", ["last"], ["y"]),
    ]
    write(path, nodes, constants, opset=6)
    return net


class Doubled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(F.interpolate(F.relu(self.conv(x)), scale_factor=2))


@onnx_file("onnx-upsample7", "Upsample of opset 7, its scales an attribute", layers=2, relus=1)
def upsample7(path: str) -> nn.Module:
    net = shake(Doubled())
    constants: dict[str, Any] = {}
    nodes = [
        conv("x", "conv", net.conv, constants),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("Upsample", ["relu"], ["up"], mode="nearest", scales=[1.0, 1.0, 2.0, 2.0]),
        conv("up", "last", net.last, constants),
        helper.make_node("Identity", ["last"], ["y"]),
    ]
    write(path, nodes, constants, opset=7)
    return net


class Padded(nn.Module):
    """Keras pads by one more at the end, its own convolutions by "same"."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 4, 3, 2), nn.Linear(4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(F.pad(x.permute(0, 3, 1, 2), (0, 1, 0, 1)))
        return self.fc(F.relu(x).mean((2, 3)))


@onnx_file(
    "onnx-keras",
    "channels last, SAME_UPPER, ReduceMean, a MatMul and an Add",
    layers=2,
    relus=1,
)
def keras(path: str) -> nn.Module:
    net, constants = shake(Padded()), {}
    constants["matrix"] = np.ascontiguousarray(net.fc.weight.detach().numpy().T)
    constants["offsets"] = net.fc.bias.detach().numpy()
    node = conv("moved", "conv", net.conv, constants, strides=[2, 2], auto_pad="SAME_UPPER")
    node.attribute.remove(next(a for a in node.attribute if a.name == "pads"))
    nodes = [
        helper.make_node("Transpose", ["x"], ["moved"], perm=[0, 3, 1, 2]),
        node,
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("ReduceMean", ["relu"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", "matrix"], ["product"], name="dense"),
        helper.make_node("Add", ["product", "offsets"], ["y"]),
    ]
    write(path, nodes, constants, size=(12, 12, 3))
    return ChannelsMovedLast(net)
