"""What a network computes, by hooks on every call of torch. Shares nothing with peeksim.trace.

A ReLU is whatever gives its operand clipped at zero (or also at six): its values tell, no name.
"""
import math
from dataclasses import dataclass
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

    def macs(self):
        return self.outputs * math.prod(self.weight.shape[1:])

    def weight_shape(self):
        """[K, C/groups, R, S]"""
        shape = list(self.weight.shape)
        return shape[:2] + [1] * (4 - len(shape)) + shape[2:]


class Capture(TorchFunctionMode):
    """Within this context: `calls` of layers, and `clipped`, the values that entered a ReLU."""

    def __init__(self, keep=True):
        """keep: the values too, else only their shapes (a large network's do not fit)."""
        super().__init__()
        self.keep, self.calls, self.clipped = keep, [], []

    def __torch_function__(self, function, types, args=(), kwargs=None):
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

    def _linear_inside(self, *args):
        """What torch's own functions, as that of attention, call: no hook sees it there."""
        result = LINEAR(*args)
        self._note(result, *args)
        return result

    def _note(self, result, input, weight, *_, **__):
        self.calls.append(Call(self._before(input), weight, result.numel()))

    def _before(self, tensor):
        """Its values as they are now: a call may change them in place."""
        return tensor.detach().clone() if self.keep else tensor.to("meta")


def _is_map(value):
    return isinstance(value, torch.Tensor) and value.is_floating_point() and value.dim() > 1


def _is_fixed(matrix):
    """Whether it is a parameter [C, K], transposed or not."""
    base = matrix if matrix._base is None else matrix._base
    return matrix.dim() == 2 and isinstance(base, torch.nn.Parameter)


def _clips(x, y):
    if x.shape != y.shape:
        return False
    return torch.equal(y, x.clamp(min=0)) or torch.equal(y, x.clamp(0, 6))


def captured(net, image):
    """The Capture of `net` on one image [C, H, W], in double precision, as traces are made."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad(), Capture() as found:
            net.double()(image[None].double())
        return found
    finally:
        torch.set_default_dtype(before)
