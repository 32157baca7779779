"""The Python side as a package: its files run from a checkout, and pip installs it without a network."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import peeksim

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = os.path.join(ROOT, "tools")
COMMANDS = {  # of the package, and their files
    "peeksim-extract-trace": "extract_trace.py",
    "peeksim-accuracy": "peek_accuracy.py",
    "peeksim-calibrate": "peek_calibrate.py",
    "peeksim-finetune": "peek_finetune.py",
    "peeksim-explore": "explore.py",
    "peeksim-zap": "peek_zap.py",
}
OF_THE_REPOSITORY = ("make_traces.py", "model_zoo.py", "reproduce.py", "rivals.py")
NO_NETWORK = ("--no-index", "--no-build-isolation", "--no-deps", "--disable-pip-version-check")


def called(*words, **environment):
    """A process that sees no other packages of ours; -> its CompletedProcess."""
    known = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.run(
        words, capture_output=True, text=True, cwd=os.sep, env={**known, **environment}
    )


class AFileOfTools(unittest.TestCase):
    def test_shows_its_help_from_any_folder(self):
        for name in (*COMMANDS.values(), *OF_THE_REPOSITORY):
            with self.subTest(name=name):
                done = called(sys.executable, os.path.join(TOOLS, name), "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("usage: " + name, done.stdout)

    def test_may_be_executed(self):
        for name in (*COMMANDS.values(), *OF_THE_REPOSITORY, "bench_recording.py"):
            self.assertTrue(os.access(os.path.join(TOOLS, name), os.X_OK), name)


class ThePackage(unittest.TestCase):
    def test_has_the_version_of_the_program(self):
        versions = []
        for name, pattern in (
            ("CMakeLists.txt", r"project\(peeksim VERSION (\S+)"),
            ("tools/pyproject.toml", r'\nversion = "(\S+)"'),
        ):
            with open(os.path.join(ROOT, name), encoding="utf-8") as f:
                versions += re.findall(pattern, f.read())
        self.assertEqual(len(versions), 2)
        self.assertEqual(*versions)

    def test_imports_nothing_but_the_standard_library_until_a_part_is_asked_for(self):
        code = (
            "import sys\nbefore = set(sys.modules)\nimport peeksim\n"
            "loaded = {name.split('.')[0] for name in set(sys.modules) - before}\n"
            "print(sorted(loaded - sys.stdlib_module_names))"
        )
        done = called(sys.executable, "-c", code, PYTHONPATH=TOOLS)
        self.assertEqual((done.stdout, done.stderr), ("['peeksim']\n", ""))


class AnInstallation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = os.path.join(folder.name, "venv")
        copied = os.path.join(folder.name, "tools")  # setuptools builds beside the sources
        shutil.copytree(TOOLS, copied, ignore=shutil.ignore_patterns("build", "__pycache__"))
        for words in (
            (sys.executable, "-m", "venv", "--system-site-packages", cls.folder),
            (cls.path("python3"), "-m", "pip", "install", "--quiet", *NO_NETWORK, copied),
        ):
            done = called(*words)
            if done.returncode != 0:
                raise AssertionError("%s\n%s" % (" ".join(words), done.stdout + done.stderr))

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, "bin", name)

    def test_has_every_command(self):
        for name in COMMANDS:
            with self.subTest(name=name):
                done = called(self.path(name), "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("usage: " + name, done.stdout)

    def test_is_imported_and_simulates(self):
        code = (
            "import peeksim, peeksim.trace.extract, peeksim.accuracy.insert, peeksim.explore.search\n"
            "print(peeksim.__file__)\n"
            "print(peeksim.run(%r, %r, images=1)['cycles'])"
            % (
                os.path.join(ROOT, "configs", "peek-16x16.yaml"),
                os.path.join(ROOT, "traces", "cifar_resnet20.h5"),
            )
        )
        program = os.path.abspath(peeksim.find_program())
        done = called(self.path("python3"), "-c", code, PEEKSIM=program)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        where, cycles = done.stdout.split()
        self.assertTrue(where.startswith(self.folder), where)
        self.assertGreater(float(cycles), 0)

    def test_says_where_the_program_was_looked_for(self):
        code = "import peeksim; peeksim.Session()"
        done = called(self.path("python3"), "-c", code, PEEKSIM="", PATH=self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("the program peeksim is neither in build/release nor on PATH", done.stderr)

    def test_has_its_types(self):
        code = "import os, peeksim; print(os.listdir(os.path.dirname(peeksim.__file__)))"
        self.assertIn("py.typed", called(self.path("python3"), "-c", code).stdout)


if __name__ == "__main__":
    unittest.main()
