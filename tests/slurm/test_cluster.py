"""The test's own cluster: it runs jobs on two nodes, and nothing of it is left, however it ends."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time
import unittest

from cluster import Cluster


def is_running(process):
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def start_in_other_process(then):
    """A process that starts a cluster with a job, prints its folder and all processes, and then..."""
    code = textwrap.dedent("""
        import os, signal, time
        from cluster import Cluster, _descendants
        with Cluster() as cluster:
            cluster.run("sbatch", "--output=/dev/null", "--wrap", "echo $$ > job; sleep 600",
                        cwd=cluster.folder)
            while not (cluster.folder / "job").exists() or not (cluster.folder / "job").read_text():
                time.sleep(0.05)
            print(cluster.folder, *_descendants(), flush=True)
            THEN
    """).replace("THEN", then)
    return subprocess.Popen([sys.executable, "-c", code], cwd=os.path.dirname(__file__),
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


class ClusterTest(unittest.TestCase):
    def test_two_nodes_run_jobs_at_the_same_time(self):
        with Cluster() as cluster:
            cluster.run("sbatch", "--array=1-2", f"--output={cluster.folder}/out", "--wrap",
                        "touch $SLURM_ARRAY_TASK_ID; while [ ! -e 1 -o ! -e 2 ]; do sleep .1; done; "
                        "touch done-$SLURMD_NODENAME", cwd=cluster.folder)
            done = [cluster.folder / f"done-{node}" for node in ("slot1", "slot2")]
            latest = time.monotonic() + 300  # only a fault takes that long
            while not all(path.exists() for path in done) and time.monotonic() < latest:
                time.sleep(0.05)
            self.assertTrue(all(path.exists() for path in done), cluster.logs())

    def test_nothing_is_left_when_the_test_fails_or_is_ended_by_a_signal(self):
        for end in ("raise ValueError", "time.sleep(600)"):
            with self.subTest(end), start_in_other_process(end) as process:
                folder, *processes = process.stdout.readline().split()
                self.assertGreaterEqual(len(processes), 5)  # four daemons and the job's
                if "sleep" in end:
                    process.send_signal(signal.SIGTERM)
                process.wait(300)
                self.assertNotEqual(process.returncode, 0)
                self.assertEqual([p for p in processes if is_running(p)], [])
                self.assertFalse(os.path.exists(folder))

    def test_a_cluster_that_does_not_start_says_why(self):
        class Broken(Cluster):
            def _daemon(self, program, *arguments, **options):
                if program == "slurmctld":
                    with open(self.folder / "slurm.conf", "a") as configuration:
                        configuration.write("AuthType=auth/none-such\n")
                super()._daemon(program, *arguments, **options)

        with self.assertRaisesRegex(RuntimeError, r"(?s)did not start.*slurmctld.log.*none-such"):
            Broken().__enter__()


if __name__ == "__main__":
    unittest.main()
