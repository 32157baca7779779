"""Values and the integers that stand for them, as in ONNX: value = (integer - zero) * scale.

Integers are carried as floating-point tensors. torch.fx keeps calls of these functions as such.
"""
from typing import NamedTuple

import torch
from torch.overrides import handle_torch_function, has_torch_function_unary


class Coded(NamedTuple):
    """A layer's weights as the network's file has them."""

    weight: torch.Tensor  # int64, zero point subtracted, in the shape of the module's
    scale: torch.Tensor  # float32, one number or K
    bias: torch.Tensor | None  # int64 [K], in steps of the ifmap's scale times `scale`


def quantize(
    x: torch.Tensor, scale: float | torch.Tensor, zero: int | torch.Tensor, low: int, high: int
) -> torch.Tensor:
    """The integers of values x, from low to high; halves go to the even one."""
    if has_torch_function_unary(x):
        return handle_torch_function(quantize, (x,), x, scale, zero, low, high)
    return torch.clamp(torch.round(x / scale) + zero, low, high)


def dequantize(
    q: torch.Tensor, scale: float | torch.Tensor, zero: int | torch.Tensor
) -> torch.Tensor:
    """The values of integers q."""
    if has_torch_function_unary(q):
        return handle_torch_function(dequantize, (q,), q, scale, zero)
    return (q - zero) * scale
