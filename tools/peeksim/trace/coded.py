"""The integers of a network that is quantised already, as its file has them (ONNX with
QuantizeLinear and DequantizeLinear, or QLinearConv).

A layer is computed in integers when its weights are coded, what it reads was dequantised with one
scale and zero point, and what it gives is quantised before anything else reads it. Its ofmap is
then what the quantisation reads, in its steps: unclipped, so that a quantisation whose lower end is
the zero point is the layer's ReLU. Other layers stay in floating point.
"""
from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import fx

from .codes import Coded
from .layers import Analysis, Layer
from .quantize import IntegerLayer, IntegerWeights, require_int32_sums
from .recording import Keys
from .store import Codes

OFMAP_LIMIT = 2**15 - 1  # of an ofmap's integers: 16 bits
PASSING = ("identity", "move", "relu", "relu6", "pad")


def is_coded(analysis: Analysis) -> bool:
    """Whether the network is quantised already."""
    return any(op.kind == "quantize" for op in analysis.ops.values())


def codes_read(node: fx.Node, analysis: Analysis) -> Codes | None:
    """The Codes in which a layer reads the value, or None where there are none, or several."""
    found, todo = set(), [node]
    while todo:
        op = analysis.ops.get(todo.pop())
        if op is None or op.kind not in ("identity", "move", "relu", "dequantize"):
            return None
        if op.kind != "dequantize":
            todo += op.inputs
            continue
        given = _quantization(op.inputs[0], analysis)
        if given is None:
            return None
        found.add((op.params["scale"], op.params["zero"], given["low"], given["high"]))
    return _codes(*found.pop()) if len(found) == 1 else None


def _quantization(node: fx.Node, analysis: Analysis) -> dict[str, Any] | None:
    """The parameters of the quantisation that gave these integers, or None."""
    while node in analysis.ops and analysis.ops[node].kind in ("identity", "move"):
        node = analysis.ops[node].inputs[0]
    op = analysis.ops.get(node)
    return op.params if op is not None and op.kind == "quantize" else None


def _codes(scale: float, zero: int, low: int, high: int) -> Codes:
    """Unsigned bytes are stored as signed ones."""
    shift = 128 if low >= 0 else 0
    return Codes(scale, zero - shift, low - shift, high - shift)


def integer_layer(
    layer: Layer, analysis: Analysis, keys: Mapping[str, Keys]
) -> IntegerLayer | None:
    """The IntegerLayer, or None where the layer is computed in floating point. keys: by dataset."""
    coded = getattr(analysis.modules.get(layer.node.target), "coded", None)
    scale = _scale_given(layer, analysis)
    if coded is None or scale is None or layer.affine or len(layer.residual) > 1:
        return None
    read = {name: key for name, key in keys.items() if name != "ofmap"}
    if any(len(key) > 1 for key in read.values()):
        return None
    found = {name: codes_read(key[0].node, analysis) for name, key in read.items()}
    codes = {name: code for name, code in found.items() if code is not None}
    if len(codes) < len(found):
        return None
    codes["ofmap"] = Codes(scale, 0, -OFMAP_LIMIT, OFMAP_LIMIT)
    return IntegerLayer(layer, analysis, keys, codes, _weights(layer, coded, codes["ifmap"]))


def _scale_given(layer: Layer, analysis: Analysis) -> np.float32 | None:
    """The scale of all quantisations that read the layer's value, or None if anything else does."""
    scales, seen, todo = set(), set(), [layer.value]
    while todo:
        for user in analysis.readers(todo.pop()):
            op = analysis.ops.get(user)
            if op is not None and op.kind == "quantize":
                scales.add(op.params["scale"])
            elif op is None or op.kind not in PASSING:
                return None
            elif user not in seen:
                seen.add(user)
                todo.append(user)
    return np.float32(scales.pop()) if len(scales) == 1 else None


def _weights(layer: Layer, coded: Coded, ifmap: Codes) -> IntegerWeights:
    weight = coded.weight.double()
    weight = weight.reshape(list(weight.shape[:2]) + layer.kernel).numpy()
    scale = coded.scale.numpy().astype("<f4").reshape(-1)
    if coded.bias is not None:
        bias = coded.bias.double().numpy()
    else:
        step = np.float64(ifmap.scale) * scale.astype(np.float64)
        given = layer.op.params["bias"]
        bias = np.zeros(layer.K) if given is None else given.detach().double().numpy()
        bias = np.rint(bias / step)
    largest = max(abs(ifmap.low - ifmap.zero), abs(ifmap.high - ifmap.zero))
    require_int32_sums(layer.name, weight, bias, largest)
    return weight, scale, bias
