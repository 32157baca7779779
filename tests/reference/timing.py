"""When everything happens: docs/machine.md, section 5.

The array walks through the program as far as it can; where it needs a transfer that is not complete
it stops, the DRAM serves the next request, and it walks on. A time, once known, never changes.
"""
from chunks import cycles
from shapes import up


def run(program, machine):
    """Fills in all times of `program`; returns {"cycles": ..., and its five parts}."""
    array = Array(program, machine)
    walk = array.walk()
    loads = list(program.loads)
    stores = [step.store for step in program.steps]
    free = 0  # when the DRAM channel is
    tenths = round(10 * machine.dram_bytes_per_cycle)
    while stores:
        next(walk, None)
        transfer = next_request(loads, stores)
        (stores if transfer is stores[0] else loads).pop(0)
        free = max(free, transfer.request) + up(10 * transfer.bytes, tenths)
        transfer.complete = free + machine.dram_latency
    cycles = max(step.store.complete for step in program.steps)
    return {"cycles": cycles, **array.parts, "tail": cycles - program.steps[-1].end}


def next_request(loads, stores):
    """What the DRAM serves next of the `loads` and `stores` that are left ("DRAM").

    A request whose time is not known yet waits for one that is not served yet, and so comes later.
    """
    if loads:
        loads[0].request = load_request(loads[0])
    known = [x for x in loads[:1] + stores[:1] if x.request is not None]
    return min(known, key=lambda transfer: transfer.request)  # the load, if they are equal


def load_request(load):
    """When `load` is requested, None as long as that is not known ("Loads")."""
    times = [0]
    if load.previous:
        times.append(load.previous.request)
    if load.predecessor:
        times.append(load.predecessor.last_user.end)
    if load.overwrites:
        times.append(load.overwrites.complete)
    if load.decided_by:
        times.append(load.decided_by.predict_ready)
    return None if None in times else max(times)


class Array:
    """The PE array and what becomes of its cycles ("Where the array's cycles go")."""

    def __init__(self, program, machine):
        self.layer, self.steps, self.machine = program.layer, program.steps, machine
        self.parts = {"array_busy": 0, "predict_stall": 0, "drain_stall": 0, "memory_stall": 0}
        self.now = 0  # end of the last step, tile or chunk
        self.drained = 0  # end of the last drain
        self.decided = 0  # end of the last decisions

    def walk(self):
        """Runs the steps; yields whenever it needs a transfer that is not complete."""
        for s, step in enumerate(self.steps):
            needed = step.loads + ([self.steps[s - 2].store] if s >= 2 else [])
            while any(transfer.complete is None for transfer in needed):
                yield
            self.wait(max(transfer.complete for transfer in needed))
            last_peek = step.last_peek
            for tile, chunks in step.tiles:
                for chunk in chunks:
                    while chunk.weights and chunk.weights.complete is None:
                        yield
                    self.start(step, tile, chunk, is_first=chunk is chunks[0])
                    self.compute(tile, chunk, is_last=chunk is chunks[-1])
                self.drained = self.now + tile.drained
                if tile is last_peek:
                    self.decide(step)
                    step.predict_ready = self.decided + self.machine.predict_latency
            step.end = self.now
            self.request_store(s)

    def decide(self, step):
        """The last peek tile of the step has drained ("Prediction")."""
        width = self.machine.decision_macs_per_cycle
        takes = up(step.decision_macs, width) if width else 0
        self.decided = max(self.decided, self.drained) + takes

    def start(self, step, tile, chunk, is_first):
        """The wait before a tile or chunk."""
        if tile.filled and is_first:  # The tile before it is a peek tile.
            self.wait(self.drained + self.machine.predict_latency, "predict_stall")
        if tile.kind == "neighbor" and step.predict_ready is not None:
            self.wait(step.predict_ready, "predict_stall")
        if chunk.weights:
            self.wait(chunk.weights.complete)

    def wait(self, until, part="memory_stall"):
        self.parts[part] += max(0, until - self.now)
        self.now = max(self.now, until)

    def compute(self, tile, chunk, is_last):
        """A tile or chunk; the end of a tile waits for the drain before it ("Drain")."""
        busy = cycles(self.layer, self.machine, tile, chunk)
        self.parts["array_busy"] += busy
        self.now += busy
        if is_last:
            self.wait(self.drained, "drain_stall")
        chunk.end = self.now

    def request_store(self, s):
        """Section 5, "Store". Drains end in order, so that the last is that of all steps so far."""
        step = self.steps[s]
        times = [step.end, self.drained]
        if s:
            times.append(self.steps[s - 1].store.request)
        if step.predict_ready is not None:
            times.append(step.predict_ready)
        step.store.request = max(times)
