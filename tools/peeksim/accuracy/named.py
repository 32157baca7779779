"""Predictors by their names on the command line: own.py:CLASS."""
from ..errors import USAGE, ExtractError
from ..trace import loading
from .predictor import Predictor


def load(spec: str) -> Predictor:
    """An object of the class "file.py:CLASS" or "package.module:CLASS", or what a callable of that
    name gives. Throws ExtractError(USAGE)."""
    made = loading.load_object(spec)
    if callable(made):
        made = made()
    if not isinstance(made, Predictor):
        raise ExtractError(
            USAGE,
            "%s is a %s, expected a subclass of peeksim.accuracy.predictor.Predictor "
            "(docs/own-predictor.md)" % (spec, type(made).__name__),
        )
    return made
