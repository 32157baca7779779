"""The scripts of `peeksim completion`, in a real bash and a real zsh on a terminal of the test's own: keys are
pressed, Tab among them, and the shell writes down what the line has become."""
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

PEEKSIM = os.environ.get("PEEKSIM", "build/release/peeksim")
FILES = ["peek.yaml", "net.h5", "notes.txt", "with space.yaml", "sweep.db"]

# Control-G writes the line down and ends the shell.
STARTS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             "note() { printf '%s' \"$READLINE_LINE\" > line; exit; }\n"
             "bind -x '\"\\C-g\": note'\n"),
    "zsh": (["zsh", "-f", "-i"],
            "autoload -Uz compinit && compinit -u -d ./dump\n"
            "note() { print -rn -- \"$BUFFER\" > line; exit }\n"
            "zle -N note\nbindkey -e\nbindkey '^G' note\n"),
}


def read_all(terminal):
    """What the shell printed, to its end."""
    text = b""
    try:
        while part := os.read(terminal, 65536):
            text += part
    except OSError:  # a terminal whose shell has ended
        pass
    return text.decode(errors="replace")


class Completion(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        for name in FILES:
            (self.path / name).touch()
        (self.path / "results").mkdir()
        (self.path / "bin").mkdir()
        (self.path / "bin/peeksim").symlink_to(pathlib.Path(PEEKSIM).resolve())

    def press(self, shell, keys):
        """The line after these keys, and what the shell showed."""
        command, start = STARTS[shell]
        script = subprocess.run([PEEKSIM, "completion", shell], check=True, capture_output=True, text=True).stdout
        (self.path / "start").write_text(start + script)
        (self.path / "line").unlink(missing_ok=True)
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.path)
            os.environ.update(PATH=f"{self.path}/bin:{os.environ['PATH']}", TERM="xterm", PS1="$ ", HOME=str(self.path),
                              HISTFILE="", INPUTRC="/dev/null")
            os.execvp(command[0], command)
        os.write(terminal, b". ./start\n" + keys.encode() + b"\a")
        shown = read_all(terminal)
        os.close(terminal)
        os.waitpid(process, 0)
        line = self.path / "line"
        self.assertTrue(line.exists(), shown)
        return line.read_text(), shown

    def both(self, keys, line):
        for shell in STARTS:
            with self.subTest(shell=shell, keys=keys):
                self.assertEqual(self.press(shell, keys)[0].rstrip(), line)

    def test_a_command_and_its_sub_command_are_completed(self):
        self.both("peeksim tra\tch\t", "peeksim trace check")

    def test_an_option_is_completed(self):
        self.both("peeksim run peek.yaml --tr\t", "peeksim run peek.yaml --trace")

    def test_files_are_completed_by_the_end_of_their_names(self):
        self.both("peeksim run p\t--trace n\t", "peeksim run peek.yaml --trace net.h5")
        self.both("peeksim sweep status s\t", "peeksim sweep status sweep.db")
        self.both("peeksim run with\t", "peeksim run with\\ space.yaml")
        # Zsh offers all files when none has the wanted end: that is its custom.
        self.assertEqual(self.press("bash", "peeksim run notes\t")[0], "peeksim run notes")

    def test_folders_are_completed_where_a_folder_is_wanted(self):
        self.both("peeksim run peek.yaml --out r\t", "peeksim run peek.yaml --out results/")

    def test_names_are_completed_also_after_an_equals_sign(self):
        self.both("peeksim run peek.yaml --engine cl\t", "peeksim run peek.yaml --engine clocked")
        self.both("peeksim run peek.yaml --engine=cl\t", "peeksim run peek.yaml --engine=clocked")

    def test_a_key_is_completed_up_to_its_value(self):
        self.both("peeksim run peek.yaml --set array.ro\t4", "peeksim run peek.yaml --set array.rows=4")

    def test_what_is_not_certain_is_listed(self):
        for shell, tabs in (("bash", "\t\t"), ("zsh", "\t")):
            with self.subTest(shell=shell):
                line, shown = self.press(shell, "peeksim config " + tabs)
                self.assertEqual(line.rstrip(), "peeksim config")
                for name in ("check", "show", "layers", "reference"):
                    self.assertIn(name, shown)


if __name__ == "__main__":
    unittest.main()
