"""Classifies torch.fx nodes into the few kinds that layers.py distinguishes: describe()."""
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import fx, nn

from . import codes


class Op(NamedTuple):
    """What a node does: `kind` is one of

    conv, fc       a layer; params: its geometry
    affine         per channel x * scale + shift; params: terms, which returns (scale, shift); last:
                   the channels are the last axis
    add            of two tensors; params: alpha
    relu, relu6    the activations that clip at zero
    identity       the same values in the same shape
    pad            zeros around the map; params: pad [left, right, top, bottom]
    move           picks or rearranges values, so that a ReLU before it does what one after it does
    quantize       the integers of values (codes.py); params: scale, zero, low, high
    dequantize     the values of integers; params: scale, zero
    shape          asks for the shape only
    macs           does MACs but is no layer of a trace (attention, matrix products, transposed and
                   3-D convolutions)
    other          anything else
    """

    kind: str
    inputs: list[Any]  # fx.Nodes; of an addition also what is no node
    params: dict[str, Any]


MAC_MODULES = (
    nn.MultiheadAttention,
    nn.TransformerEncoderLayer,
    nn.TransformerDecoderLayer,
    nn.RNNBase,
    nn.Bilinear,
    nn.Conv3d,
    nn.modules.conv._ConvTransposeNd,
)
MAC_NAMES = {
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "matmul",
    "bmm",
    "mm",
    "einsum",
    "addmm",
    "baddbmm",
    "bilinear",
    "dot",
    "scaled_dot_product_attention",
}
MOVE_MODULES = (
    nn.modules.pooling._MaxPoolNd,
    nn.modules.pooling._AdaptiveMaxPoolNd,
    nn.Flatten,
    nn.Unflatten,
    nn.PixelShuffle,
    nn.PixelUnshuffle,
    nn.ChannelShuffle,
)
MOVE_NAMES = {
    "max_pool1d",
    "max_pool2d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "chunk",
    "split",
    "tensor_split",
    "unbind",
    "getitem",
    "narrow",
    "select",
    "index_select",
    "stack",
    "roll",
    "flip",
    "movedim",
    "unflatten",
    "pixel_unshuffle",
    "channel_shuffle",
    "flatten",
    "view",
    "reshape",
    "permute",
    "transpose",
    "squeeze",
    "unsqueeze",
    "pixel_shuffle",
    "cat",
    "concat",
}
IDENTITY_MODULES = (nn.Identity, nn.modules.dropout._DropoutNd)
IDENTITY_NAMES = {"contiguous", "detach", "clone"}
DROPOUT_NAMES = {"dropout", "dropout1d", "dropout2d", "alpha_dropout"}
SUBTRACTIONS, DIVISIONS = {"sub", "subtract"}, {"div", "divide", "truediv", "true_divide"}
SHAPE_NAMES = {"size", "dim", "ndimension", "numel"}


def torch_name(node: fx.Node) -> str:
    """The plain name of a torch function, operator or tensor method; "" for any other node."""
    if node.op == "call_method":
        return str(node.target)
    if node.op == "call_function":
        home = getattr(node.target, "__module__", None) or "torch"
        if home.split(".")[0] in ("torch", "_operator"):
            name = getattr(node.target, "__name__", "")
            return name[1:] if name[:1] == "_" and name[:2] != "__" else name  # F.pad was _pad
    return ""


def own_name(target: str) -> str:
    """A path inside the network, without the wrapper that graph.py puts around it."""
    return target[len("net.") :] if target.startswith("net.") else target


def _argument(node: fx.Node, position: int, name: str, default: Any = None) -> Any:
    if len(node.args) > position:
        return node.args[position]
    return node.kwargs.get(name, default)


def conv_padding(
    padding: str | Sequence[int], kernel: Sequence[int], dilation: Sequence[int]
) -> list[int]:
    """A convolution's padding as [left, right, top, bottom]; "same" puts the odd one last."""
    if padding == "valid":
        return [0, 0, 0, 0]
    if padding == "same":
        total = [d * (k - 1) for d, k in zip(dilation, kernel)]
        (top, left), (bottom, right) = [t // 2 for t in total], [t - t // 2 for t in total]
        return [left, right, top, bottom]
    h, w = map(int, padding)
    return [w, w, h, h]


def describe(
    node: fx.Node, modules: Mapping[str, nn.Module], constant: Mapping[fx.Node, Any]
) -> Op:
    """What the node does: an Op. `constant`: the values of the nodes independent of the image."""
    if node.op == "call_module":
        return _describe_module(node, modules[node.target])
    name = torch_name(node)
    x = _argument(node, 0, "input")
    if node.target in (codes.quantize, codes.dequantize):
        names = ("scale", "zero", "low", "high")
        return Op(node.target.__name__, [x], dict(zip(names, node.args[1:])))
    if not isinstance(x, fx.Node) or node in constant:
        if name in ("cat", "concat"):
            return Op("move", list(node.all_input_nodes), {})
        if name in ("add", "mul") and node not in constant:  # 2 + x
            other = _argument(node, 1, "other")
            return _add_or_mul(node, name, other, x, constant)
        return Op("other", list(node.all_input_nodes), {})
    if name in ("conv1d", "conv2d"):
        terms = ("weight", None), ("bias", None), ("stride", 1), ("padding", 0), ("dilation", 1)
        given = [_argument(node, i, n, d) for i, (n, d) in enumerate((*terms, ("groups", 1)), 1)]
        return _convolution(x, int(name[4]), "zeros", *given)
    if name == "linear":
        return Op(
            "fc", [x], {"weight": _argument(node, 1, "weight"), "bias": _argument(node, 2, "bias")}
        )
    if name == "batch_norm":
        return _functional_batch_norm(node, x, constant)
    if name in ("add", "mul"):
        return _add_or_mul(node, name, x, _argument(node, 1, "other"), constant)
    if name in SUBTRACTIONS | DIVISIONS:
        kind = "sub" if name in SUBTRACTIONS else "div"
        return _by_constant(node, kind, x, _argument(node, 1, "other"), constant)
    if name in ("relu", "relu6"):
        return Op(name, [x], {})
    if name == "hardtanh":
        return _clip(x, _argument(node, 1, "min_val", -1.0), _argument(node, 2, "max_val", 1.0))
    if name in ("clamp", "clip"):
        return _clip(x, _argument(node, 1, "min"), _argument(node, 2, "max"))
    if name == "clamp_min":
        return _clip(x, _argument(node, 1, "min"), None)
    if name == "pad":
        mode, value = _argument(node, 2, "mode", "constant"), _argument(node, 3, "value", None)
        return _pad(x, _argument(node, 1, "pad"), mode == "constant" and not value)
    if name in DROPOUT_NAMES:
        still = _argument(node, 2, "training", True) is False
        return Op("identity" if still else "other", [x], {})
    if name in SHAPE_NAMES or node.target is getattr:  # x.shape, x.device
        return Op("shape", [x], {})
    kind = (
        "identity"
        if name in IDENTITY_NAMES
        else "move"
        if name in MOVE_NAMES
        else "macs"
        if name in MAC_NAMES
        else "other"
    )
    return Op(kind, list(node.all_input_nodes), {})


def _describe_module(node: fx.Node, m: nn.Module) -> Op:
    x = node.all_input_nodes[0] if node.all_input_nodes else None
    inputs = list(node.all_input_nodes)
    if isinstance(m, (nn.Conv1d, nn.Conv2d)):
        dims = len(m.kernel_size)
        given = (m.weight, m.bias, m.stride, m.padding, m.dilation, m.groups)
        return _convolution(x, dims, m.padding_mode, *given)
    if isinstance(m, nn.Linear):
        return Op("fc", [x], {"weight": m.weight, "bias": m.bias})
    if (
        isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.SyncBatchNorm))
        and m.running_mean is not None
    ):
        return Op(
            "affine",
            [x],
            {
                "terms": lambda: batch_norm_terms(
                    m.running_mean, m.running_var, m.weight, m.bias, m.eps
                )
            },
        )
    if isinstance(m, nn.ReLU):
        return Op("relu", [x], {})
    if isinstance(m, nn.Hardtanh):  # nn.ReLU6 is one
        return _clip(x, m.min_val, m.max_val)
    if isinstance(m, nn.Threshold):
        return Op("relu" if m.threshold == m.value == 0 else "other", [x], {})
    if isinstance(m, nn.modules.padding._ConstantPadNd):  # nn.ZeroPad2d is one
        return _pad(x, m.padding, not m.value)
    kind = (
        "identity"
        if isinstance(m, IDENTITY_MODULES)
        else "move"
        if isinstance(m, MOVE_MODULES)
        else "macs"
        if isinstance(m, MAC_MODULES)
        else "other"
    )
    return Op(kind, inputs, {})


def _convolution(
    x: Any,
    dims: int,
    padding_mode: str,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Op:
    """Geometry of a 1-D convolution is that of a 2-D one over a map of height 1."""

    def pair(value: Any, alone: int) -> list[int]:
        numbers = [value] * dims if isinstance(value, int) else [int(v) for v in value]
        return [alone] * (2 - len(numbers)) + (numbers * dims)[:dims]

    return Op(
        "conv",
        [x],
        {
            "weight": weight,
            "bias": bias,
            "stride": pair(stride, 1),
            "padding": padding if isinstance(padding, str) else pair(padding, 0),
            "padding_mode": padding_mode,
            "dilation": pair(dilation, 1),
            "groups": int(groups),
        },
    )


def _clip(x: Any, low: Any, high: Any) -> Op:
    if low is None or isinstance(low, fx.Node) or low != 0:
        return Op("other", [x], {})
    return Op("relu6" if high == 6 else "relu", [x], {})


def _pad(x: Any, amounts: Any, zeros: bool) -> Op:
    amounts = [amounts] * 4 if isinstance(amounts, int) else list(amounts)
    plain = zeros and len(amounts) <= 4 and all(isinstance(a, int) and a >= 0 for a in amounts)
    if not plain:
        return Op("other", [x], {})
    return Op("pad", [x], {"pad": amounts + [0] * (4 - len(amounts))})


def batch_norm_terms(
    mean: torch.Tensor,
    variance: torch.Tensor,
    weight: torch.Tensor | None,
    bias: torch.Tensor | None,
    eps: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Batch-norm in inference as (scale, shift) per channel, float64."""
    scale = 1 / torch.sqrt(variance.double() + eps)
    if weight is not None:
        scale = scale * weight.double()
    shift = -mean.double() * scale
    return scale, shift if bias is None else shift + bias.double()


def _functional_batch_norm(node: fx.Node, x: Any, constant: Mapping[fx.Node, Any]) -> Op:
    mean, variance, weight, bias = (
        _argument(node, i, n)
        for i, n in enumerate(("running_mean", "running_var", "weight", "bias"), 1)
    )
    training, eps = _argument(node, 5, "training", False), _argument(node, 7, "eps", 1e-5)
    fixed = (
        all(t in constant for t in (mean, variance))
        and all(t is None or t in constant for t in (weight, bias))
        and training is False
    )
    if not fixed:
        return Op("other", [x], {})
    return Op(
        "affine",
        [x],
        {
            "terms": lambda: batch_norm_terms(
                constant[mean], constant[variance], constant.get(weight), constant.get(bias), eps
            )
        },
    )


def _add_or_mul(node: fx.Node, name: str, a: Any, b: Any, constant: Mapping[fx.Node, Any]) -> Op:
    """x + tensor is an add; x + constant, x * constant are affine if that is per channel."""
    alpha = node.kwargs.get("alpha", 1)
    if isinstance(a, fx.Node) and a in constant:
        a, b = b, a
    if isinstance(b, fx.Node) and b not in constant:
        return Op("add" if name == "add" else "other", [a, b], {"alpha": alpha})
    return _by_constant(node, name, a, b, constant)


# (scale, shift) of x and a constant
TERMS: dict[str, Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]] = {
    "add": lambda value: (torch.ones_like(value), value),
    "sub": lambda value: (torch.ones_like(value), -value),
    "mul": lambda value: (value, torch.zeros_like(value)),
    "div": lambda value: (1 / value, torch.zeros_like(value)),
}


def _by_constant(node: fx.Node, name: str, a: Any, b: Any, constant: Mapping[fx.Node, Any]) -> Op:
    """affine if b is a constant: one number, or one per channel of a map, or of a last axis."""
    value = constant.get(b) if isinstance(b, fx.Node) else b
    if (
        not isinstance(a, fx.Node)
        or a in constant
        or not isinstance(value, (int, float, torch.Tensor))
        or {"alpha", "rounding_mode"} & set(node.kwargs)
    ):
        return Op("other", list(node.all_input_nodes), {})
    value = torch.as_tensor(value)
    last = value.dim() > 0 and value.numel() == value.shape[-1]
    if not last and value.numel() != 1 and (value.dim() < 3 or value.numel() != value.shape[-3]):
        return Op("other", list(node.all_input_nodes), {})
    value = value.detach().double().flatten()
    return Op("affine", [a], {"terms": lambda: TERMS[name](value), "last": last})
