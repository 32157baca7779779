"""A tree that `cmake --install` made, moved to where nobody installed it, and what runs in it."""
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PEEKSIM_BUILD", ROOT / "build/ci"))
CMAKE = os.environ.get("CMAKE", "cmake")


def run(*command, **options):
    """Runs a command that has to succeed. Returns what it printed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError("%s ended with %d:\n%s%s" % (
            command, done.returncode, done.stdout, done.stderr))
    return done.stdout


class Installed:
    """An installed tree: `prefix`; and `desk`, an empty folder to work in."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="peeksim-test-")
        place = pathlib.Path(self.folder.name)
        run(CMAKE, "--install", BUILD, "--prefix", place / "installed")
        self.prefix = place / "moved to" / "peeksim"
        self.prefix.parent.mkdir()
        (place / "installed").rename(self.prefix)
        self.desk = place / "desk"
        self.desk.mkdir()

    def environment(self, **more):
        """A user's, with the installed programs on PATH, and no variable of ours."""
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("PEEKSIM", "PYTHON"))}
        path = "%s:%s" % (self.prefix / "bin", os.environ["PATH"])
        return {**kept, "PATH": path, **more}

    def run(self, *command, **variables):
        """Runs a command in the empty folder."""
        return run(*command, cwd=self.desk, env=self.environment(**variables))

    def files(self, below=""):
        """The paths of all files, relative to the prefix."""
        return sorted(str(path.relative_to(self.prefix))
                      for path in (self.prefix / below).rglob("*") if path.is_file())
