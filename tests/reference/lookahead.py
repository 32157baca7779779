"""The estimates of low-precision look-ahead: docs/machine.md, section 2, "Look-ahead"."""
import numpy as np


def integers(values, scale):
    """values / scale, rounded to the nearest, halves to the even neighbor; 0 if the scale is."""
    if scale == 0:
        return np.zeros(values.shape)
    return np.rint(values / scale)


def estimates(bits, terms):
    """Of every output, [K,P,Q], in single precision."""
    n_x = 2 ** (bits - 1) - 1 if terms.signed else 2 ** bits - 1
    n_w = 2 ** (bits - 1) - 1
    s_x = terms.largest / n_x
    x = integers(terms.activations, s_x)
    values = np.zeros(terms.shape, dtype=np.float32)
    for k in range(len(terms.weights)):
        s_k = float(np.max(np.abs(terms.weights[k]))) / n_w
        w = integers(terms.weights[k], s_k)
        for p, q in np.ndindex(x.shape[:2]):
            # All products and sums are whole numbers: exact in any order.
            values[k, p, q] = terms.value(k, p, q, np.sum(x[p, q] * w) * (s_x * s_k))
    return values
