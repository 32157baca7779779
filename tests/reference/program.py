"""The steps of a layer with their tiles, loads and stores: docs/machine.md, section 4, and from
section 5 the order of the loads. Times are filled in later; None is not known yet.
"""
from dataclasses import dataclass, field
from typing import Optional

import snapea
from blocks import Block, cut_plane, ifmap_bytes
from chunks import Chunk, live_in
from plan import channel_groups, step_order, weight_bytes, weight_chunks
from shapes import packed, up
from tiles import tiles_of_step


@dataclass(eq=False)
class Transfer:
    """A request to DRAM, in cycles: when it is made and when it is complete."""

    bytes: int
    request: Optional[int] = None
    complete: Optional[int] = None


@dataclass(eq=False)
class Load(Transfer):
    kind: str = ""  # ifmap, weights or residual
    last_user: object = None  # the last Step, or with streamed weights the Chunk, that uses it
    previous: Optional["Load"] = None  # in program order, of any kind
    predecessor: Optional["Load"] = None  # of its kind, whose half it takes
    decided_by: Optional["Step"] = None  # whose prediction tells that there is such a load
    overwrites: Optional[Transfer] = None  # of a residual: the store that leaves from its half


@dataclass(eq=False)
class Step:
    """A (block, group) pair."""

    block: Block
    group: range
    store: Transfer
    window_bits: int  # windows · channels
    decision_macs: int  # of its outputs that are not computed first
    ifmap: Load = None
    weights: Optional[Load] = None  # if they are resident
    residual: Optional[Load] = None
    tiles: list = field(default_factory=list)  # (Tile, its Chunks) in the order they run
    skipped: int = 0
    queue_peak: int = 0
    predict_ready: Optional[int] = None
    end: Optional[int] = None

    @property
    def last_peek(self):
        """Its last peek or look-ahead tile, None if there is none."""
        peeks = [tile for tile, _ in self.tiles if tile.predicts]
        return peeks[-1] if peeks else None

    @property
    def loads(self):
        """What has to be complete before the step starts."""
        return [x for x in (self.ifmap, self.weights, self.residual) if x is not None]


class Program:
    """`steps`, and `loads` in program order, of a layer with one group."""

    def __init__(self, layer, machine, prediction, activations):
        """`activations` are those of live_in. Throws CannotRun if a buffer is too small."""
        self.layer, self.machine, self.activations = layer, machine, activations
        self.chunks = weight_chunks(layer, machine)
        self.steps, self.loads = [], []
        self.loads_of_kind = {"ifmap": [], "weights": [], "residual": []}
        # Of the steps so far, the last one that has peeks.
        self.last_predicted = None
        blocks = cut_plane(layer, machine, prediction.window)
        for block, group in step_order(layer, machine, blocks, channel_groups(layer, machine)):
            self.add_step(block, group, prediction)

    def add_step(self, block, group, prediction):
        step = self.new_step(block, group, prediction)
        self.add_loads(step)
        tiles = tiles_of_step(self.machine, prediction, block, group, self.chunks is None)
        step.skipped, step.queue_peak = tiles.skipped, tiles.queue_peak
        peeks = [tile for tile in tiles.run if tile.predicts]
        others = [tile for tile in tiles.run if not tile.predicts]
        step.tiles = [(tile, self.chunks_of(tile, group)) for tile in peeks]
        if peeks:
            self.last_predicted = step
        step.tiles += [(tile, self.chunks_of(tile, group)) for tile in others]
        self.steps.append(step)

    def new_step(self, block, group, prediction):
        window = prediction.window
        size = packed(block.positions * len(group), self.machine.activation_bytes)
        windows = up(block.p1 - block.p0, window[0]) * up(block.q1 - block.q0, window[1])
        first = sum(bool(prediction.peeks[x]) for x in block.raster)
        decided = (block.positions - first) * len(group) if first else 0
        return Step(block, group, Transfer(size), windows * len(group),
                    decided * prediction.decision_macs)

    def add_loads(self, step):
        """Section 5, "Loads": what a step asks for before its tiles."""
        before = self.steps[-1] if self.steps else None
        if before and before.block == step.block:
            step.ifmap = before.ifmap
        else:
            step.ifmap = self.load("ifmap", ifmap_bytes(self.layer, self.machine, step.block))
        step.ifmap.last_user = step
        if self.chunks is None:
            if before and before.group == step.group:
                step.weights = before.weights
            else:
                size = weight_bytes(self.machine, step.group, self.layer.L)
                step.weights = self.load("weights", size)
            step.weights.last_user = step
        if self.layer.residual:
            step.residual = self.load("residual", step.store.bytes)
            if len(self.steps) >= 2:
                step.residual.overwrites = self.steps[-2].store

    def chunks_of(self, tile, group):
        """The chunks of a tile; streamed weights are loaded anew for each."""
        if self.chunks is None:
            return [self.chunk_of(tile, range(self.layer.L))]
        chunks, first = [], 0
        for count in self.chunks:
            chunk = self.chunk_of(tile, range(first, first + count))
            chunk.weights = self.load("weights", weight_bytes(self.machine, group, count))
            chunk.weights.last_user = chunk
            chunks.append(chunk)
            first += count
        return chunks

    def chunk_of(self, tile, taps):
        executed = None if tile.taken is None else snapea.executed(tile.taken, taps)
        return Chunk(taps, live_in(tile, taps, self.activations), executed)

    def load(self, kind, size):
        """A new load, the next in program order."""
        load = Load(size, kind=kind)
        load.previous = self.loads[-1] if self.loads else None
        of_kind = self.loads_of_kind[kind]
        if kind != "residual" and len(of_kind) >= 2:
            load.predecessor = of_kind[-2]
        if self.chunks is not None:
            load.decided_by = self.last_predicted
        of_kind.append(load)
        self.loads.append(load)
        return load
