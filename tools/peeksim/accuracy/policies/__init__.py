"""How each policy of a machine file runs inside a network: docs/machine.md, section 2.

estimate    what lookahead and snapea have in common: they know an estimate of every output
lookahead   low-precision look-ahead
snapea      outputs that are cut short
perforate   outputs that are interpolated
zap         outputs that a small network scores
"""
from collections.abc import Callable

from ...errors import USAGE, ExtractError
from ..activation import Gate, PeekActivation
from ..operands import Operands
from ..settings import LayerSettings
from .lookahead import Lookahead
from .perforate import Perforation
from .snapea import Snapea
from .zap import Zap


def _peek(settings: LayerSettings, operands: Operands) -> Gate:
    return PeekActivation(settings, operands.features)


GATES: dict[str, Callable[[LayerSettings, Operands], Gate]] = {
    "peek": _peek,
    "oracle": _peek,
    "lookahead": Lookahead,
    "snapea": Snapea,
    "perforate": Perforation,
    "zap": Zap,
}


def gate_of(settings: LayerSettings, operands: Operands) -> Gate:
    """The Gate of a layer that is predicted. Throws ExtractError: USAGE, the policy does not run
    inside a network; MODEL, the network hides what it looks at."""
    made = GATES.get(settings.policy)
    if made is None:
        raise ExtractError(
            USAGE,
            "%s: policy %s does not run inside a network, only %s do"
            % (settings.name, settings.policy, ", ".join(GATES)),
        )
    return made(settings, operands)
