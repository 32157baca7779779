"""What a Predictor decides while a trace is recorded, as a file for the simulator's policy `mask`
(docs/masks.md).
"""
import os
from collections.abc import Sequence

import h5py
import numpy as np

from ..errors import OUTPUT, ExtractError
from ..trace.extract import Loop
from ..trace.layers import Analysis, Layer
from .activation import PredictorActivation
from .files import new_hdf5, sha256_of
from .insert import activations_of
from .predictor import Predictor, of_predictor


class MaskedLoop:
    """A closed loop, as extract.Options takes it, whose decisions can be written afterwards."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor
        self.gates: list[PredictorActivation] = []

    def __call__(self, layers: list[Layer], analysis: Analysis) -> Loop:
        settings = of_predictor(layers, analysis, self.predictor)
        gates = activations_of(layers, analysis, settings)
        self.gates = [g for g in gates.values() if isinstance(g, PredictorActivation)]
        for gate in self.gates:
            gate.kept = []
        return Loop("closed loop: %s" % settings.name, gates, [])

    @staticmethod
    def require_free(path: str, force: bool) -> None:
        """Throws ExtractError(OUTPUT) where write() would replace what nobody said it may."""
        if os.path.exists(path) and not force:
            raise ExtractError(OUTPUT, "%s exists; --force replaces it" % path)

    def write(self, path: str, trace: str) -> None:
        """The decisions of the recorded images. trace: the path of what was recorded. The file is
        written under a temporary name and renamed. Throws ExtractError(OUTPUT)."""
        partial = path + ".partial"
        try:
            with new_hdf5(partial) as file:
                file.attrs["trace_sha256"] = np.bytes_(sha256_of(trace).encode())
                for gate in self.gates:
                    self._write_layer(file, gate)
            os.replace(partial, path)
        except OSError as e:
            raise ExtractError(OUTPUT, "%s cannot be written: %s" % (path, e)) from e
        finally:
            if os.path.exists(partial):
                os.remove(partial)

    def _write_layer(self, file: h5py.File, gate: PredictorActivation) -> None:
        assert gate.kept is not None  # it was asked to keep
        shape, first = gate.settings.shape, gate.first.cpu().numpy()
        images, outputs = len(gate.kept), int(np.prod(shape))
        group = file.create_group(gate.settings.name)
        macs, bits = self.predictor.cost(gate.settings)
        group.attrs["decision_macs"], group.attrs["decision_bits"] = macs, bits
        _images(group, "first", (images, *first.shape))[:] = first
        gated = _images(group, "gated", (images, *shape))
        for image, packed in enumerate(gate.kept):
            gated[image] = np.unpackbits(np.frombuffer(packed, "u1"), count=outputs).reshape(shape)


def _images(group: h5py.Group, name: str, shape: Sequence[int]) -> h5py.Dataset:
    return group.create_dataset(
        name,
        shape,
        "u1",
        chunks=(1, *shape[1:]),
        track_times=False,
        fletcher32=True,
        shuffle=True,
        compression="gzip",
    )
