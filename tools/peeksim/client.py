"""peeksim from Python: machines in, results out. Standard library only.

    import peeksim
    result = peeksim.run("configs/peek-64x4.yaml", "traces/resnet18.h5", {"array.rows": 32})
    result["cycles"], result["energy"], result.energy_unit

    with peeksim.Session(jobs=2) as session:
        points = [peeksim.Point(machine, trace, {"array.rows": r}) for r in (8, 16, 32)]
        for point, result in session.batch(points):
            print(point.overrides, result["speed_up"])

It talks to `peeksim batch` (docs/batch.md), which keeps traces in memory between points.
"""
import atexit
import dataclasses
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
from typing import (
    Any,
    Dict,
    Iterable,
    Iterator,
    List,
    Literal,
    Mapping,
    Optional,
    Tuple,
    Union,
    overload,
)

# The checkout, where the package is used from one: its build of the program is found first.
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

Machine = Union[str, "os.PathLike[str]", Dict[str, Any]]


class PeeksimError(Exception):
    """An error message of the program, one line, and its exit code (docs/README.md)."""

    def __init__(self, message: str, exit_code: int):
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class Excluded(PeeksimError):
    """The machine does not meet a condition of the point's `where`."""


@dataclasses.dataclass
class Point:
    """One simulation. `trace` is a trace, or a workload (.yaml, .csv), whose shapes a dense machine
    runs without values. `machine` is a machine file, or a whole machine as a dict; what either
    `extends` is found from the file, or from the working directory. `images`: the
    number of images, counted from the first; 0: all. `detail`: the whole results.json too. `where`:
    conditions over keys, as in sweep files; a machine that does not meet them raises Excluded.
    `derived`: keys whose values are expressions over others, {"buffers.ifmap_read_width": "4 *
    array.rows"}."""

    machine: Machine
    trace: Union[str, "os.PathLike[str]"]
    overrides: Dict[str, Any] = dataclasses.field(default_factory=dict)
    images: int = 0
    detail: bool = False
    where: List[str] = dataclasses.field(default_factory=list)
    derived: Dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Result(Mapping[str, float]):
    """The result of a simulation, and a mapping of the whole network's metrics: `result["cycles"]`,
    `dict(result)`. `metrics`: {scope: {metric: value}}; cycles and bytes are integers, seconds in
    s, energy in `energy_unit`, edp in that times s, shares from 0 to 1; None where a metric is not
    known. `larger_is_better`: the metrics of which more is better. `detail`: results.json
    (docs/results-format.md), with all counters, when the point asked for it."""

    machine: str
    network: str
    images: int
    energy_unit: str
    metrics: Dict[str, Dict[str, float]]
    larger_is_better: List[str]
    warnings: List[str] = dataclasses.field(default_factory=list)
    detail: Optional[Dict[str, Any]] = None

    def __getitem__(self, metric: str) -> float:
        return self.metrics["network"][metric]

    def __iter__(self) -> Iterator[str]:
        return iter(self.metrics["network"])

    def __len__(self) -> int:
        return len(self.metrics["network"])


class Session:
    """A running `peeksim batch`. Any number of threads may use it at once."""

    def __init__(self, jobs: Optional[int] = None, program: Optional[str] = None):
        """jobs: simulations at a time; None: one per processor. Throws PeeksimError when there is
        no program."""
        self.jobs = jobs or os.cpu_count() or 1
        self._errors = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        words = [program or find_program(), "batch", "--jobs", str(self.jobs)]
        try:
            self._server = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="utf-8",
            )
        except OSError as error:
            self._errors.close()
            raise PeeksimError("%s cannot be started: %s" % (words[0], error.strerror), 2)
        assert self._server.stdin and self._server.stdout  # pipes
        self._requests, self._answers = self._server.stdin, self._server.stdout
        self._writing = threading.Lock()  # one request at a time
        self._lock = threading.Lock()  # of all below
        self._waiting: Dict[int, "queue.Queue[Tuple[int, Any]]"] = {}
        self._next = 0
        self._dead: Optional[PeeksimError] = None
        # Answers are always read: otherwise both sides could wait for each other.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def run(
        self,
        machine: Machine,
        trace: Union[str, "os.PathLike[str]"],
        overrides: Optional[Dict[str, Any]] = None,
        images: int = 0,
        detail: bool = False,
    ) -> Result:
        """Simulates and waits. Throws PeeksimError."""
        answers: "queue.Queue[Tuple[int, Any]]" = queue.Queue()
        self._send(Point(machine, trace, overrides or {}, images, detail), answers)
        return _result(answers.get()[1])

    @overload
    def batch(
        self, points: Iterable[Point], errors: Literal["raise"] = "raise"
    ) -> Iterator[Tuple[Point, Result]]:
        ...

    @overload
    def batch(
        self, points: Iterable[Point], errors: str
    ) -> Iterator[Tuple[Point, Union[Result, PeeksimError]]]:
        ...

    def batch(
        self, points: Iterable[Point], errors: str = "raise"
    ) -> Iterator[Tuple[Point, Union[Result, PeeksimError]]]:
        """Yields (point, result) as they finish. `points` may be a generator: it is asked for a
        few more than run. errors: "raise" PeeksimError at the first point that fails, or "yield"
        it in the place of the result."""
        if errors not in ("raise", "yield"):
            raise ValueError("errors is %r, not 'raise' or 'yield'" % errors)
        answers: "queue.Queue[Tuple[int, Any]]" = queue.Queue()
        sent: Dict[int, Point] = {}
        left = iter(points)
        more = True
        while more or sent:
            while more and len(sent) < 2 * self.jobs:
                point = next(left, None)
                if point is None:
                    more = False
                else:
                    sent[self._send(point, answers)] = point
            if sent:
                number, answer = answers.get()
                point = sent.pop(number)
                outcome: Union[Result, PeeksimError]
                try:
                    outcome = _result(answer)
                except PeeksimError as error:
                    if errors == "raise":
                        raise
                    outcome = error
                yield point, outcome

    def close(self) -> None:
        """Ends the program and abandons requests in flight."""
        with self._lock:
            busy = bool(self._waiting)
        if busy:
            self._server.terminate()
        try:
            self._requests.close()
        except OSError:
            pass  # it ended before
        self._server.wait()
        self._reader.join()
        self._answers.close()
        self._errors.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *what: Any) -> None:
        self.close()

    def _send(self, point: Point, answers: "queue.Queue[Tuple[int, Any]]") -> int:
        machine = point.machine if isinstance(point.machine, dict) else os.fspath(point.machine)
        request = {
            "machine": machine,
            _kind_of(point.trace): os.fspath(point.trace),
            "set": point.overrides,
            "images": point.images,
            "detail": point.detail,
            "where": list(point.where),
            "derived": point.derived,
        }
        with self._lock:
            if self._dead:
                raise self._dead
            number = self._next
            text = json.dumps(
                dict(id=number, **request), ensure_ascii=False, allow_nan=False, default=_plain
            )
            self._next += 1
            self._waiting[number] = answers
        try:
            with self._writing:
                self._requests.write(text + "\n")
                self._requests.flush()
        except (OSError, ValueError):
            pass  # the reader sees its end too, and says why
        return number

    def _read(self) -> None:
        for line in self._answers:
            answer = json.loads(line)
            with self._lock:
                waiting = self._waiting.pop(answer["id"])
            waiting.put((answer["id"], answer))
        code = self._server.wait()
        self._errors.seek(0)
        said = self._errors.read().strip() or "peeksim batch ended with exit code %d" % code
        with self._lock:
            self._dead = PeeksimError(said, code if code > 0 else 1)
            left, self._waiting = self._waiting, {}
        for number, waiting in left.items():
            waiting.put((number, self._dead))


def run(
    machine: Machine,
    trace: Union[str, "os.PathLike[str]"],
    overrides: Optional[Dict[str, Any]] = None,
    images: int = 0,
    detail: bool = False,
) -> Result:
    """Simulates one point, in a session that stays open for the next one. Throws PeeksimError."""
    return _default_session().run(machine, trace, overrides, images, detail)


@overload
def batch(
    points: Iterable[Point], jobs: Optional[int] = None, errors: Literal["raise"] = "raise"
) -> Iterator[Tuple[Point, Result]]:
    ...


@overload
def batch(
    points: Iterable[Point], jobs: Optional[int] = None, *, errors: str
) -> Iterator[Tuple[Point, Union[Result, PeeksimError]]]:
    ...


def batch(
    points: Iterable[Point], jobs: Optional[int] = None, errors: str = "raise"
) -> Iterator[Tuple[Point, Union[Result, PeeksimError]]]:
    """Session.batch in a session of its own."""
    with Session(jobs) as session:
        yield from session.batch(points, errors)


def to_rows(found: Iterable[Tuple[Point, Result]], scope: str = "network") -> List[Dict[str, Any]]:
    """A flat dict per point: machine, network, its overrides, the metrics of the scope."""
    return [
        dict(
            {"machine": result.machine, "network": result.network},
            **point.overrides,
            **result.metrics[scope]
        )
        for point, result in found
    ]


def to_frame(found: Iterable[Tuple[Point, Result]], scope: str = "network") -> Any:
    """The same as a pandas.DataFrame. Throws ImportError without pandas."""
    import pandas

    return pandas.DataFrame(to_rows(found, scope))


def find_program() -> str:
    """The program's path: PEEKSIM in the environment, else build/release, else bin/peeksim of the
    tree in which this module is installed as lib/python3/dist-packages, else PATH. Throws
    PeeksimError."""
    named = os.environ.get("PEEKSIM")
    built = os.path.join(ROOT, "build", "release", "peeksim")
    installed = os.path.normpath(os.path.join(ROOT, "..", "..", "bin", "peeksim"))
    beside = [path for path in (built, installed) if os.access(path, os.X_OK)]
    found = named or (beside[0] if beside else shutil.which("peeksim"))
    if not found or not os.access(found, os.X_OK):
        raise PeeksimError(
            "the program peeksim is %s; build it (cmake --preset release && cmake --build --preset "
            "release), or name it in the environment variable PEEKSIM"
            % ("not at PEEKSIM=" + named if named else "neither in build/release nor on PATH"),
            2,
        )
    return found


def _result(answer: Any) -> Result:
    if isinstance(answer, PeeksimError):
        raise answer
    if "excluded_by" in answer:
        raise Excluded("the machine is excluded by where: %s" % answer["excluded_by"], 3)
    if "error" in answer:
        raise PeeksimError(answer["error"]["message"], answer["error"]["exit_code"])
    return Result(**answer["result"])


def _kind_of(path: Union[str, "os.PathLike[str]"]) -> str:
    """The request's key for a trace, or a workload in its place."""
    shapes = os.fspath(path).lower().endswith((".yaml", ".yml", ".csv"))
    return "workload" if shapes else "trace"


def _plain(value: Any) -> Any:
    """Converts paths and NumPy numbers to JSON types."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError("%r is no value of a machine" % (value,))


_session: Optional[Session] = None
_session_lock = threading.Lock()


def _default_session() -> Session:
    global _session
    with _session_lock:
        if _session is None or _session._dead:
            _session = Session()
            atexit.register(_session.close)
        return _session
