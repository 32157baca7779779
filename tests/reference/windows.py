"""Windows and their peeks: docs/machine.md, section 2, items 1 and 2."""


def pattern(peeks, h, w):
    """Positions (i, j) inside a window of h × w that `peeks` names (section 2, item 2)."""
    everywhere = [(i, j) for i in range(h) for j in range(w)]
    if peeks == "corner":
        return {(0, 0)}
    if peeks == "diagonal":
        n = max(h, w)
        return {(i * h // n, i * w // n) for i in range(n)}
    if peeks == "checkerboard":
        return {(i, j) for i, j in everywhere if (i + j) % 2 == 0}
    if peeks == "all":
        return set(everywhere)
    return {(i, j) for i, j in peeks}


def windows(machine, P, Q):
    """Of every window of a plane of P × Q, its positions and existing peeks, in raster order."""
    h, w = machine.window
    for top in range(0, P, h):
        for left in range(0, Q, w):
            inside = [(p, q) for p in range(top, min(top + h, P))
                      for q in range(left, min(left + w, Q))]
            named = {(top + i, left + j) for i, j in pattern(machine.peeks, h, w)}
            yield inside, [position for position in inside if position in named]
