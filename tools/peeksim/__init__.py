"""peeksim from Python, in four parts.

client    simulations: machines in, results out; standard library only; what `import peeksim` loads
trace     traces of trained CNNs (docs/trace-format.md)
accuracy  zero prediction inside a network: what it costs, thresholds, training (docs/accuracy.md)
explore   a search for the best machines in several metrics at once

    import peeksim
    result = peeksim.run("configs/peek-64x4.yaml", "traces/resnet18.h5", {"array.rows": 32})
    result["cycles"], result["energy"], result.energy_unit

commands holds the programs: tools/extract_trace.py, tools/explore.py and tools/peek_*.py in a
checkout, peeksim-extract-trace and so on where the package is installed.
"""
from .client import (
    Excluded,
    Machine,
    PeeksimError,
    Point,
    Result,
    Session,
    batch,
    find_program,
    run,
    to_frame,
    to_rows,
)

__all__ = [
    "Excluded",
    "Machine",
    "PeeksimError",
    "Point",
    "Result",
    "Session",
    "batch",
    "find_program",
    "run",
    "to_frame",
    "to_rows",
]
