"""Counts the MACs that torch does, whatever calls it: torch.fx sees a leaf module as one
operation."""
import math
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class MacCounter(TorchDispatchMode):
    """Within this context, `macs` grows by the MACs of every convolution and matrix product.

    A MAC is one product of a weight (or a second operand) with an input that exists or is padding.
    """

    def __init__(self) -> None:
        super().__init__()
        self.macs = 0

    def __torch_dispatch__(
        self,
        function: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = function(*args, **(kwargs or {}))
        count = COUNTS.get(function.__name__.split(".")[0])
        if count:
            self.macs += count(result, *args)
        return result


def _convolution(
    result: torch.Tensor,
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    *_: Any,
) -> int:
    if transposed:  # every input meets every weight of its channel
        return int(x.numel() * weight[0].numel())
    return int(result.numel() * weight[0].numel())


def _product(result: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> int:
    return int(result.numel() * a.shape[-1])


def _added_product(
    result: torch.Tensor, added: torch.Tensor, a: torch.Tensor, b: torch.Tensor, *_: Any
) -> int:
    return int(result.numel() * a.shape[-1])


def _linear(result: torch.Tensor, x: torch.Tensor, weight: torch.Tensor, *_: Any) -> int:
    return int(result.numel() * x.shape[-1])


def _attention(
    result: torch.Tensor, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *_: Any
) -> int:
    scores = query[..., 0].numel() * key.shape[-2]
    return int(scores * (query.shape[-1] + value.shape[-1]))


def _projected_attention(x: torch.Tensor) -> int:
    """Of [N, T, D]: the three projections, the attention and the output's projection."""
    n, t, d = x.shape
    return int(n * t * (4 * d * d + 2 * t * d))


def _encoder_layer(
    result: torch.Tensor, x: torch.Tensor, width: int, heads: int, *rest: Any
) -> int:
    square = [t for t in rest if isinstance(t, torch.Tensor) and t.dim() == 2]
    feed_forward = sum(t.numel() for t in square[2:4])  # behind those of the attention
    return _projected_attention(x) + int(x.shape[0] * x.shape[1] * feed_forward)


COUNTS: dict[str, Callable[..., int]] = {
    "convolution": _convolution,
    "_convolution": _convolution,
    "convolution_overrideable": _convolution,
    "deform_conv2d": lambda result, x, weight, *_: int(result.numel() * weight[0].numel()),
    "mm": _product,
    "bmm": _product,
    "mv": _product,
    "dot": lambda result, a, b: int(a.numel()),
    "addmm": _added_product,
    "addbmm": lambda result, added, a, b, *_: int(math.prod(a.shape) * b.shape[-1]),
    "baddbmm": _added_product,
    "addmv": _added_product,
    "linear": _linear,
    "_trilinear": lambda result, a, weight, b, *_: int(result.numel() * weight[0].numel()),
    "_native_multi_head_attention": lambda result, x, *_: _projected_attention(x),
    "_transformer_encoder_layer_fwd": _encoder_layer,
    "_scaled_dot_product_attention": _attention,
    "_scaled_dot_product_attention_forward": _attention,
    "_scaled_dot_product_attention_math": _attention,
    "_scaled_dot_product_flash_attention": _attention,
    "_scaled_dot_product_flash_attention_for_cpu": _attention,
    "_scaled_dot_product_efficient_attention": _attention,
}
