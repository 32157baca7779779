"""What a network computes, by hooks on every call of torch. Shares nothing with peeksim.trace.

A ReLU is whatever gives its operand clipped at zero (or also at six): its values tell, no name.
"""
import math
from dataclasses import dataclass
from typing import Any
from unittest import mock

import torch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

LINEAR = F.linear
PRODUCTS = ("matmul", "__matmul__", "mm", "addmm")  # with a parameter: fully connected layers
LAYERS = ("conv1d", "conv2d", "linear")


@dataclass(eq=False)
class Call:
    """One call of a layer's function; read: its input."""

    read: torch.Tensor
    weight: torch.Tensor
    outputs: int

    def macs(self) -> int:
        return int(self.outputs * math.prod(self.weight.shape[1:]))

    def weight_shape(self) -> list[int]:
        """[K, C/groups, R, S]"""
        shape = list(self.weight.shape)
        return shape[:2] + [1] * (4 - len(shape)) + shape[2:]


class Capture(TorchFunctionMode):
    """Within this context: `calls` of layers, and `clipped`, the values that entered a ReLU."""

    def __init__(self, keep: bool = True) -> None:
        """keep: the values too, else only their shapes (a large network's do not fit)."""
        super().__init__()
        self.keep = keep
        self.calls: list[Call] = []
        self.clipped: list[torch.Tensor] = []

    def __torch_function__(
        self,
        function: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        operands = [self._before(a) for a in args if _is_map(a)]
        with mock.patch.object(F, "linear", self._linear_inside):
            result = function(*args, **(kwargs or {}))
        if function is torch.Tensor.__setitem__:
            result = args[0]
        name = getattr(function, "__name__", "")
        if name in LAYERS:
            self._note(result, *args, **(kwargs or {}))
        elif name in PRODUCTS and _is_fixed(args[-1]):
            self._note(result, args[-2], args[-1].t())
        elif self.keep and _is_map(result):
            self.clipped += [x for x in operands if _clips(x, result)]
        return result

    def _linear_inside(self, *args: Any) -> Any:
        """What torch's own functions, as that of attention, call: no hook sees it there."""
        result = LINEAR(*args)
        self._note(result, *args)
        return result

    def _note(
        self, result: torch.Tensor, input: torch.Tensor, weight: torch.Tensor, *_: Any, **__: Any
    ) -> None:
        self.calls.append(Call(self._before(input), weight, result.numel()))

    def _before(self, tensor: torch.Tensor) -> torch.Tensor:
        """Its values as they are now: a call may change them in place."""
        return tensor.detach().clone() if self.keep else tensor.to("meta")


def _is_map(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point() and value.dim() > 1


def _is_fixed(matrix: Any) -> bool:
    """Whether it is a parameter [C, K], transposed or not."""
    base = matrix if matrix._base is None else matrix._base
    return matrix.dim() == 2 and isinstance(base, torch.nn.Parameter)


def _clips(x: torch.Tensor, y: torch.Tensor) -> bool:
    if x.shape != y.shape:
        return False
    return bool(torch.equal(y, x.clamp(min=0)) or torch.equal(y, x.clamp(0, 6)))


def captured(net: torch.nn.Module, image: torch.Tensor) -> Capture:
    """The Capture of `net` on one image [C, H, W], in double precision, as traces are made."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        found = Capture()
        with torch.no_grad(), found:
            net.double()(image[None].double())
        return found
    finally:
        torch.set_default_dtype(before)
