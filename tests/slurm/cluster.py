"""A Slurm cluster of one test: munged, slurmctld and two slurmd, each node with one CPU.

Everything lies in one temporary folder, speaks over loopback on free ports with a munge key of its
own, and ends with the `with` block, whatever ends that:

    with Cluster() as cluster:
        cluster.run("sbatch", "--wrap", "true")

Needs Debian's slurm-wlm and munge, and no systemd. The daemons believe that the computer is called
localhost, since its own name may mean another address, or none. As root munged runs as its own user,
since it refuses to be root; else every daemon is the caller's.
"""

import atexit
import ctypes
import os
import pathlib
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

NODES = ("slot1", "slot2")
HOST_IS_LOCALHOST = os.environ.get(
    "PEEKSIM_HOST_IS_LOCALHOST",
    str(pathlib.Path(__file__).resolve().parents[2] / "build/release/tests/libhost_is_localhost.so"))
START_SECONDS = 300  # a daemon takes about one; a busy machine more

CONFIGURATION = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
# A job that is requeued waits until its credential has expired: two minutes if not said.
AuthInfo=socket={folder}/munge/socket,cred_expire=5
SlurmctldPort={controller_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
# The nodes are as small as is said here, on whatever machine the test runs.
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=1
MailProg=/bin/true
KillWait=5
{nodes}
PartitionName=x Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Cluster:
    def __enter__(self):
        self._daemons = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="peeksim-slurm-"))
        # What a daemon leaves behind becomes a child of this process, and can be found and ended.
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        # unittest lets only a KeyboardInterrupt through, and then leaves out its own cleaning up.
        atexit.register(self.__exit__)
        self._caught = {s: signal.signal(s, _interrupt) for s in (signal.SIGTERM, signal.SIGHUP)}
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        atexit.unregister(self.__exit__)
        for signal_number, earlier in self._caught.items():
            signal.signal(signal_number, earlier)
        for daemon in reversed(self._daemons):
            daemon.terminate()
        _wait(lambda: all(daemon.poll() is not None for daemon in self._daemons), 5)
        _end_descendants()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command, **options):
        """A client command or a program on the cluster's submit host. Returns its CompletedProcess."""
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True,
                              timeout=300, **options)

    def environment(self):
        return {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf")}

    def logs(self):
        """The last lines of every daemon's log, for the report of a failure."""
        text = ""
        for log in sorted(self.folder.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            text += f"\n--- {log.name}\n" + "\n".join(lines[-30:])
        return text

    def _start(self):
        root = os.geteuid() == 0
        self.folder.chmod(0o755)
        for name in ("munge", "state", *NODES):
            (self.folder / name).mkdir(mode=0o755)
        key = self.folder / "munge" / "key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        if root:
            shutil.chown(self.folder / "munge", "munge", "munge")
            shutil.chown(key, "munge", "munge")
        ports = _free_ports(1 + len(NODES))
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            user=pwd.getpwuid(os.geteuid()).pw_name, folder=self.folder, controller_port=ports[0],
            nodes="\n".join(f"NodeName={name} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} "
                            "CPUs=1 State=UNKNOWN"
                            for name, port in zip(NODES, ports[1:]))))

        as_munge = {"user": "munge", "group": "munge", "extra_groups": []} if root else {}
        munge = self.folder / "munge"
        self._daemon("munged", "--foreground", f"--key-file={key}", f"--socket={munge}/socket",
                     f"--pid-file={munge}/pid", f"--log-file={munge}/log",
                     f"--seed-file={munge}/seed", **as_munge)
        self._wait_for("munged", lambda: (munge / "socket").exists())
        self._daemon("slurmctld", "-D")
        for name in NODES:
            self._daemon("slurmd", "-D", "-N", name, log=name)
        self._wait_for("idle nodes", self._all_idle)

    def _daemon(self, program, *arguments, log=None, **options):
        path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if path is None:
            raise RuntimeError(f"{program} is not installed; tools/packages.sh names its package")
        environment = {**self.environment(), "LD_PRELOAD": HOST_IS_LOCALHOST}
        with open(self.folder / f"{log or program}.log", "wb") as output:
            self._daemons.append(subprocess.Popen(
                [path, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, cwd=self.folder, preexec_fn=_in_daemon, **options))

    def _all_idle(self):
        states = self.run("sinfo", "--noheader", "--Node", "--format=%T").stdout.split()
        return states == ["idle"] * len(NODES)

    def _wait_for(self, what, ready):
        def ended():
            return any(daemon.poll() is not None for daemon in self._daemons)
        if not _wait(lambda: ready() or ended(), START_SECONDS) or ended():
            raise RuntimeError(f"the test's Slurm cluster did not start: no {what}{self.logs()}")


_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def _prctl(option, value):
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _in_daemon():
    """In a daemon's process, before it is one."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # not even kill -9 of the test leaves it running
    # Slurm closes every number up to the limit, which is a thousand million in some containers.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limit = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def _interrupt(*_):
    raise KeyboardInterrupt


def _wait(ready, seconds):
    latest = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > latest:
            return False
        time.sleep(0.05)
    return True


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _descendants():
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # ended meanwhile
        children.setdefault(parent, []).append(int(stat.parent.name))
    found, left = [], [os.getpid()]
    while left:
        more = children.get(left.pop(), [])
        found += more
        left += more
    return found


def _end_descendants():
    """Ends every process that came from this one, those of the cluster's jobs too."""
    for _ in range(100):
        left = _descendants()
        for process in left:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0] > 0:
                pass
        except ChildProcessError:
            return
        time.sleep(0.05)
