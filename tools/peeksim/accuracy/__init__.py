"""Zero prediction inside a PyTorch network: what it saves and what it costs (docs/accuracy.md).

settings    the prediction settings of a machine file for every layer, resolved by peeksim
predictor   Predictor: one's own, a class (docs/own-predictor.md)
operands    what a policy may look at beside a layer's values
activation  gates before activations: the simulator's prediction rule, or a Predictor
policies    gates of the other policies of a machine file
insert      gates put into a network by torch.fx
named       predictors by their names on the command line
zap         ZAP: how its small networks learn, and thresholds of their scores
masks       what a Predictor decides on a trace, as a file for the simulator
measure     labelled images through the network with and without prediction
calibrate   thresholds, windows and weights chosen on images without labels
distil      training without labels, towards the network without prediction
finetune    training with prediction in the loop
interval    the confidence intervals of a share and of a paired difference
results     results as JSON and as a table

Predictor and Cost are names of this package too.
"""
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .predictor import Cost, Predictor

__all__ = ["Cost", "Predictor"]


def __getattr__(name: str) -> Any:
    """Imports PyTorch no sooner than it is needed."""
    if name not in __all__:
        raise AttributeError("module %s has no attribute %s" % (__name__, name))
    from . import predictor

    return getattr(predictor, name)
