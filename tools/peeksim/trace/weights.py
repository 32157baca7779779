"""A layer's weight and bias with everything per channel (batch-norm, constants) folded in."""
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import fx

from .layers import Analysis, Layer
from .store import TraceWriter


def why_not_foldable(layer: Layer, analysis: Analysis) -> str:
    """Why the weights and bias cannot be folded into one each, as the end of "they ...", or ""."""
    params = (layer.op.params["weight"], layer.op.params["bias"])
    if any(isinstance(p, fx.Node) and p not in analysis.constant for p in params):
        return "depend on the image"
    if getattr(analysis.modules.get(layer.node.target), "_forward_hooks", None):
        return "may not be all that it computes: it has a forward hook, which has to be removed"
    if not layer.foldable:
        return "cannot be folded (a batch-norm after the addition, or a scaled addition)"
    return ""


def folded(
    layer: Layer, analysis: Analysis
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(weight [K, C/groups, R, S], bias [K]) as float64 arrays. REQUIRES: it is foldable."""

    def fixed(value: Any) -> Any:
        return analysis.constant[value] if isinstance(value, fx.Node) else value

    weight, bias = fixed(layer.op.params["weight"]), fixed(layer.op.params["bias"])
    weight = weight.detach().double()
    bias = torch.zeros(layer.K).double() if bias is None else bias.detach().double()
    for scale, shift in ((a.detach(), b.detach()) for a, b in layer.affine):
        weight = weight * scale.reshape([-1] + [1] * (weight.dim() - 1))
        bias = bias * scale + shift
    return weight.reshape(list(weight.shape[:2]) + layer.kernel).numpy(), bias.numpy()


def write_floats(writer: TraceWriter, group: Any, layer: Layer, analysis: Analysis) -> None:
    """The datasets weight and bias as f4; a note when there are none."""
    why_not = why_not_foldable(layer, analysis)
    if why_not:
        analysis.notes.append(
            "%s: weight, bias and residual are left out: they %s" % (layer.name, why_not)
        )
        return
    for name, values in zip(("weight", "bias"), folded(layer, analysis)):
        writer.array(group, name, values.astype("<f4"))
