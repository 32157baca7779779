# Writes a trace of the layer of the example by hand at the end of machine.md, with an ifmap,
# weights and a bias whose outputs have the signs of that page at every peek:
# python3 waveforms.py FILE
import sys

import h5py
import numpy as np

ifmap = np.array(
    [[2, 2, 0, 1, 4], [0, 0, 2, 2, 0], [2, 1, 4, 3, 1], [2, 2, 3, 3, 4], [3, 1, 2, 2, 4]]
)
weight = np.array([[[-1, -1], [1, 0]], [[2, -1], [-2, 1]]])
bias = np.array([1, -1])
ofmap = np.zeros((2, 4, 4), int) + bias[:, None, None]
for r in range(2):
    for s in range(2):
        ofmap += weight[:, r, s, None, None] * ifmap[r : r + 4, s : s + 4]

tensors = {
    "ofmap": ofmap[None],
    "ifmap": ifmap[None, None],
    "weight": weight[:, None],
    "bias": bias,
}
attributes = {
    "name": np.bytes_("example"),
    "kind": np.bytes_("conv"),
    "activation": np.bytes_("relu"),
    "ifmap_shape": [1, 5, 5],
    "weight_shape": [2, 1, 2, 2],
    "ofmap_shape": [2, 4, 4],
    "stride": [1, 1],
    "pad": [0, 0, 0, 0],
    "dilation": [1, 1],
    "groups": 1,
    "residual": 0,
}

with h5py.File(sys.argv[1], "w", libver="latest") as f:
    f.attrs.update(
        format=np.bytes_("peeksim-trace"),
        version=1,
        network=np.bytes_("example"),
        origin=np.bytes_("made by hand"),
        synthetic=1,
        images=1,
    )
    layer = f.create_group("layers/0000")
    layer.attrs.update(attributes)
    for name, values in tensors.items():
        layer.create_dataset(name, data=values.astype("f4"), chunks=values.shape, fletcher32=True)
