// A small trace with weights, whose ofmaps are what they give.
#pragma once

#include <string>

#include "tests/trace/sample.h"

namespace peeksim {

// Two images of conv1 (2 to 4 channels, 3x3, padded, with bias), conv2 (two groups, stride 2, with
// a residual) and a classifier without a ReLU. All values are multiples of 1/8, so that sums are
// exact in any order. `change` (Python): replaces or deletes what is in the file `f`.
inline void write_weighted_trace(const std::string& path, const std::string& change = "pass") {
  const std::string text = R"(import h5py, sys, numpy as np
f = h5py.File(sys.argv[1], 'w', libver='latest')
f.attrs.update(format='peeksim-trace', version=1, network='weighted', origin='a test', synthetic=0,
               images=2)
random = np.random.default_rng(5)

def eighths(low, high, *shape):
    return (random.integers(low, high, shape, endpoint=True) / 8).astype('f4')

def add(name, x, w, stride, pad, groups=1, residual=False, kind='conv', activation='relu'):
    N, (K, C, R, S) = len(x), w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    P, Q = ((n - k) // stride + 1 for n, k in zip(padded.shape[2:], (R, S)))
    bias = eighths(-8, 8, K)
    added = eighths(-8, 8, N, K, P, Q) * residual
    ofmap = np.empty((N, K, P, Q), 'f4')
    for k in range(K):
        first = k // (K // groups) * C
        for p in range(P):
            for q in range(Q):
                window = padded[:, first:first + C, p * stride:p * stride + R,
                                q * stride:q * stride + S]
                ofmap[:, k, p, q] = (window * w[k]).sum((1, 2, 3)) + bias[k]
    ofmap += added
    g = f.create_group(f'layers/{len(f.get("layers", ())):04}')
    g.attrs.update(name=name, kind=kind, activation=activation, ifmap_shape=x.shape[1:],
                   weight_shape=w.shape, ofmap_shape=ofmap.shape[1:], stride=[stride, stride],
                   pad=[pad] * 4, dilation=[1, 1], groups=groups, residual=int(residual))
    tensors = {'ofmap': ofmap, 'ifmap': x, 'weight': w, 'bias': bias}
    if residual:
        tensors['residual'] = added
    for tensor, data in tensors.items():
        chunks = data.shape if tensor in ('weight', 'bias') else (1,) + data.shape[1:]
        g.create_dataset(tensor, data=data, chunks=chunks, fletcher32=True)

def rectified(*shape):
    return np.maximum(eighths(-8, 16, *shape), 0)

add('conv1', rectified(2, 2, 7, 7), eighths(-8, 8, 4, 2, 3, 3), 1, 1)
add('conv2', rectified(2, 4, 7, 7), eighths(-8, 8, 6, 2, 3, 3), 2, 0, groups=2, residual=True)
add('fc', rectified(2, 9, 1, 1), eighths(-8, 8, 5, 9, 1, 1), 1, 0, kind='fc', activation='none')
)" + change + "\n";
  write_bytes(path + ".py", text);
  run_python(path + ".py", "'" + path + "'");
}

}  // namespace peeksim
