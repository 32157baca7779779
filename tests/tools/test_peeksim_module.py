"""tools/peeksim: the program from Python."""
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import peeksim

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TINY = os.path.join(ROOT, "configs", "tiny.yaml")
PEEK = os.path.join(ROOT, "configs", "peek-16x16.yaml")
TRACE = os.path.join(ROOT, "traces", "cifar_resnet20.h5")


class ASession(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = peeksim.Session(jobs=2)

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    def test_a_result_has_what_run_writes(self):
        found = self.session.run(PEEK, TRACE, {"array.rows": 8}, images=1, detail=True)
        self.assertEqual((found.machine, found.images), ("peek-16x16", 1))
        self.assertEqual(found.energy_unit, "pJ")
        totals = found.detail["totals"]["network"]
        self.assertEqual(found["cycles"], totals["machine"]["counters"]["cycles"])
        self.assertEqual(found["energy"], totals["machine"]["energy"]["total"])
        self.assertEqual(found["speed_up"], totals["speed_up"])
        self.assertEqual(found.detail["machine"]["array"]["rows"], 8)
        self.assertEqual(
            list(found.metrics)[:3], ["predicted_layers", "convolutions", "network"]
        )

    def test_a_result_is_a_mapping_whose_counts_are_integers(self):
        found = self.session.run(PEEK, TRACE, images=1)
        self.assertEqual(dict(found), found.metrics["network"])
        self.assertIn("energy", found)
        self.assertEqual(len(list(found.items())), len(found))
        for metric in ("cycles", "dram_bytes", "buffer_bytes"):
            self.assertIs(type(found[metric]), int, metric)
        self.assertIs(type(found["speed_up"]), float)

    def test_a_dense_machine_runs_a_workload_without_a_trace(self):
        shapes = os.path.join(ROOT, "workloads", "cifar_resnet20.yaml")
        dense = {"prediction.policy": "none", "array.gate_zero_activations": False}
        found = self.session.run(PEEK, shapes, dense)
        self.assertEqual(found["cycles"], self.session.run(PEEK, TRACE, dense, 1)["cycles"])
        with self.assertRaises(peeksim.PeeksimError) as caught:
            self.session.run(PEEK, shapes)
        self.assertIn("which has none", caught.exception.message)

    def test_a_machine_may_be_a_dict_and_give_sizes_names_and_lists(self):
        machine = {
            "extends": os.path.relpath(PEEK),
            "name": "mine",
            "buffers": {"ifmap_bytes": "64 KiB"},
            "prediction": {"window": [2, 4]},
        }
        found = self.session.run(machine, TRACE, {"array.dispatch": "packed"}, 1, True)
        self.assertEqual(found.detail["machine"]["name"], "mine")
        self.assertEqual(found.detail["machine"]["buffers"]["ifmap_bytes"], 65536)
        self.assertEqual(found.detail["machine"]["prediction"]["window"], [2, 4])
        again = self.session.run(found.detail["machine"], TRACE, images=1)
        self.assertEqual(again.metrics, found.metrics)

    def test_errors_are_the_programs(self):
        for code, part, words in (
            (3, "did you mean 'array.rows'?", (TINY, TRACE, {"array.rws": 8})),
            (3, "expected an integer from 1 to 4096", (TINY, TRACE, {"array.rows": 0})),
            (4, "there is no such file", (TINY, "nowhere.h5")),
            (2, "the trace has", (TINY, TRACE, {}, 100)),
        ):
            with self.assertRaises(peeksim.PeeksimError) as caught:
                self.session.run(*words)
            self.assertEqual(caught.exception.exit_code, code)
            self.assertIn(part, str(caught.exception))
            self.assertNotIn("\n", caught.exception.message)

    def test_a_machine_that_where_excludes_is_an_exception_of_its_own(self):
        for condition in ("array.rows < 4", "array.rows >= 4"):
            point = peeksim.Point(PEEK, TRACE, {"array.rows": 4}, 1, where=[condition])
            ((_, found),) = self.session.batch([point], errors="yield")
            self.assertEqual(isinstance(found, peeksim.Excluded), condition == "array.rows < 4")
        alone = self.session.run(PEEK, TRACE, {"array.rows": 4}, 1)
        self.assertEqual(found.metrics, alone.metrics)

    def test_a_batch_streams_every_point_once_and_an_error_may_be_yielded(self):
        asked = []

        def points():
            for rows in (4, 8, 0, 16, 32, 64, 5, 6, 7):
                asked.append(rows)
                yield peeksim.Point(PEEK, TRACE, {"array.rows": rows}, images=1)

        found = {}
        for point, result in self.session.batch(points(), errors="yield"):
            self.assertLessEqual(len(asked), len(found) + 4)  # no more than it can use
            found[point.overrides["array.rows"]] = result
        self.assertEqual(set(found), set(asked))
        self.assertIsInstance(found.pop(0), peeksim.PeeksimError)
        self.assertEqual(len({result["cycles"] for result in found.values()}), len(found))

    def test_a_batch_raises_at_the_first_error_and_the_session_goes_on(self):
        points = [peeksim.Point(PEEK, TRACE, {"array.rows": 0})]
        with self.assertRaises(peeksim.PeeksimError):
            list(self.session.batch(points))
        self.assertGreater(self.session.run(PEEK, TRACE, images=1)["cycles"], 0)

    def test_answers_that_are_larger_than_a_pipe_block_nobody(self):
        channels = {"nowhere%d" % i: [0.5] * 500 for i in range(30)}
        overrides = {"prediction.channel_thresholds": channels}
        points = [peeksim.Point(PEEK, TRACE, overrides, 1, True) for _ in range(6)]
        found = [result for _, result in self.session.batch(points)]
        self.assertEqual(len(found), 6)
        self.assertEqual(len(found[0].warnings), 30)
        self.assertIn("nowhere0", found[0].warnings[0])

    def test_threads_share_a_session(self):
        found = {}

        def work(rows):
            found[rows] = self.session.run(PEEK, TRACE, {"array.rows": rows}, 1)["cycles"]

        threads = [threading.Thread(target=work, args=(rows,)) for rows in (4, 8, 16, 32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for rows in found:
            alone = self.session.run(PEEK, TRACE, {"array.rows": rows}, 1)["cycles"]
            self.assertEqual(found[rows], alone)
        self.assertEqual(len(found), 4)


class TheModule(unittest.TestCase):
    def test_rows_are_flat(self):
        points = [peeksim.Point(PEEK, TRACE, {"array.rows": rows}, 1) for rows in (4, 8)]
        rows = peeksim.to_rows(peeksim.batch(points, jobs=1))
        self.assertEqual([row["array.rows"] for row in rows], [4, 8])
        self.assertEqual(rows[0]["machine"], "peek-16x16")
        self.assertLess(rows[1]["cycles"], rows[0]["cycles"])

    def test_a_frame_has_a_row_per_point(self):
        points = [peeksim.Point(PEEK, TRACE, {"array.rows": rows}, 1) for rows in (4, 8)]
        found = list(peeksim.batch(points, jobs=1))
        frame = peeksim.to_frame(found)
        self.assertEqual(list(frame["array.rows"]), [4, 8])
        self.assertEqual(list(frame["cycles"]), [result["cycles"] for _, result in found])
        self.assertEqual(frame.loc[frame["cycles"].idxmin(), "array.rows"], 8)

    def test_a_program_that_is_not_there_or_dies_is_an_error(self):
        with self.assertRaisesRegex(peeksim.PeeksimError, "/nowhere/peeksim"):
            peeksim.Session(program="/nowhere/peeksim")
        with peeksim.Session(jobs=1) as session:
            session._server.send_signal(signal.SIGKILL)
            with self.assertRaisesRegex(peeksim.PeeksimError, "ended with exit code -9"):
                session.run(TINY, TRACE)
            with self.assertRaises(peeksim.PeeksimError):
                session.run(TINY, TRACE)

    def test_run_needs_no_session_and_leaves_no_process(self):
        code = (
            "import peeksim\n"
            "print(peeksim.run(%r, %r, images=1)['cycles'] == peeksim.run(%r, %r, images=1)"
            "['cycles'])\nprint(peeksim.client._session._server.pid)"
            % (PEEK, TRACE, PEEK, TRACE)
        )
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder,
                env=dict(os.environ, PEEKSIM=os.path.abspath(peeksim.find_program())),
            )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        same, process = done.stdout.split()
        self.assertEqual(same, "True")
        with self.assertRaises(ProcessLookupError):
            os.kill(int(process), 0)


if __name__ == "__main__":
    unittest.main()
