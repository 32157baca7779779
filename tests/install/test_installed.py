"""What `cmake --install` makes works in any place, without the source tree."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from installed import BUILD, ROOT, Installed, run


def setUpModule():
    global tree
    tree = Installed()
    unittest.addModuleCleanup(tree.folder.cleanup)


def commands_of_readme():
    """The command lines of README that begin with peeksim, in their order."""
    text = (ROOT / "README.md").read_text().replace("\\\n", " ")
    return re.findall(r"^    (peeksim .*)$", text, re.MULTILINE)


class Programs(unittest.TestCase):
    def test_every_peeksim_command_of_the_readme_runs_in_an_empty_folder(self):
        commands = commands_of_readme()
        self.assertGreater(len(commands), 5)
        said = {command: tree.run("sh", "-c", command) for command in commands}
        (compare,) = [text for command, text in said.items() if " compare " in command]
        shown = re.findall(r"^    ([A-E] .*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
        self.assertEqual(len(shown), 5)
        for row in shown:
            self.assertIn(row, compare)
        self.assertTrue((tree.desk / "report.html").stat().st_size > 0)
        self.assertTrue((tree.desk / "sweep.html").stat().st_size > 0)

    def test_no_file_names_the_source_tree_or_the_build(self):
        for name in tree.files():
            content = (tree.prefix / name).read_bytes()
            for folder in {ROOT, BUILD}:
                self.assertNotIn(os.fsencode(str(folder)) + b"/", content, name)

    def test_an_own_machine_extends_a_shipped_one_and_an_own_sweep_names_shipped_files(self):
        (tree.desk / "mine.yaml").write_text("extends: configs/peek-16x16.yaml\nname: mine\n")
        (tree.desk / "sweep.yaml").write_text(
            "name: s\nmachine: mine.yaml\ntrace: traces/cifar_resnet20.h5\nimages: 1\n"
            "axes: {array.rows: [4, 8]}\n")
        self.assertIn("name: mine", tree.run("peeksim", "config", "show", "mine.yaml"))
        tree.run("peeksim", "sweep", "sweep.yaml", "--out", "mine.db")
        table = tree.run("peeksim", "sweep", "export", "mine.db", "--csv")
        self.assertEqual(len(table.splitlines()), 3)

    def test_a_shipped_machine_finds_the_networks_that_it_names(self):
        said = tree.run("peeksim", "run", "configs/calibrated/cifar_resnet20-zap-20.yaml", "--trace",
                        "traces/cifar_resnet20.h5", "--out", "zap", "--quiet")
        self.assertRegex(said, r"[1-9][0-9.]* % of the network's MACs saved")

    def test_a_program_without_its_files_says_where_it_looked_and_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = pathlib.Path(folder) / "peeksim"
            shutil.copy(tree.prefix / "bin/peeksim", alone)
            machine = tree.prefix / "share/peeksim/configs/tiny.yaml"
            lonely = pathlib.Path(folder) / "machine.yaml"
            lonely.write_text(machine.read_text())
            check = [str(alone), "config", "check", str(lonely)]
            done = subprocess.run(check, capture_output=True, text=True, env=tree.environment())
            self.assertEqual(done.returncode, 3)
            self.assertIn("%s has no folder share/peeksim beside it or above" % alone, done.stderr)
            self.assertIn("PEEKSIM_DATA", done.stderr)
            data = str(tree.prefix / "share/peeksim")
            run(*check, env=tree.environment(PEEKSIM_DATA=data))
            missing = subprocess.run([str(tree.prefix / "bin/peeksim"), "trace", "info", "traces/x.h5"],
                                     capture_output=True, text=True, cwd=folder, env=tree.environment())
            self.assertEqual(missing.returncode, 4)
            self.assertIn("traces/x.h5: there is no such file; check the path; %s has none either"
                          % data, missing.stderr)

    def test_every_installed_program_explains_itself(self):
        for program in sorted(os.listdir(tree.prefix / "bin")):
            self.assertIn("usage:", tree.run(program, "--help"))


class Texts(unittest.TestCase):
    def commands(self):
        names = tree.run("peeksim", "--man-page").split()
        return [name.replace("-", " ") for name in names]

    def test_every_command_has_a_manual_page_with_all_that_its_help_says(self):
        pages = tree.files("share/man/man1")
        self.assertEqual([pathlib.Path(page).name for page in pages],
                         sorted(name.replace(" ", "-") + ".1" for name in self.commands()))
        helped = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", tree.run("peeksim", "--help"), re.MULTILINE)
        self.assertEqual(["peeksim " + name for name in helped], self.commands()[1:])
        for command in self.commands():
            page = tree.run("man", "-l", self.page(command), MANWIDTH="80", LC_ALL="C.UTF-8")
            words = page.split()
            self.assertIn("NAME", words)
            for option in re.findall(r"^  (?:-\w, )?(--[\w-]+)", tree.run(*command.split(), "--help"),
                                     re.MULTILINE):
                self.assertRegex(page, r"(?m)^ +(-\w, )?%s\b" % option, command)

    def test_man_has_no_complaint_about_any_page(self):
        for command in self.commands():
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", self.page(command)],
                                  capture_output=True, text=True, env=tree.environment(MANWIDTH="80"))
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            self.assertIn("SEE ALSO", done.stdout)

    def test_shells_find_the_completion_that_the_program_prints(self):
        for shell, place in (("bash", "bash-completion/completions/peeksim"),
                             ("zsh", "zsh/site-functions/_peeksim")):
            installed = (tree.prefix / "share" / place).read_text()
            self.assertEqual(installed, tree.run("peeksim", "completion", shell))

    def test_the_documentation_is_installed_and_its_links_between_pages_lead_somewhere(self):
        folder = tree.prefix / "share/doc/peeksim"
        self.assertIn("not yet chosen", (folder / "copyright").read_text())
        for page in folder.glob("docs/*.md"):
            for link in re.findall(r"\]\(([\w-]+\.(?:md|png|svg))[)#]", page.read_text()):
                self.assertTrue((page.parent / link).exists(), "%s: %s" % (page, link))

    def page(self, command):
        return tree.prefix / "share/man/man1" / (command.replace(" ", "-") + ".1")


class Python(unittest.TestCase):
    def test_the_installed_package_finds_the_installed_program(self):
        package = tree.prefix / "lib/python3/dist-packages"
        script = ("import peeksim; print(peeksim.run('configs/peek-16x16.yaml', "
                  "'traces/cifar_resnet20.h5', images=1)['cycles'])")
        environment = tree.environment(PYTHONPATH=str(package), PATH="/usr/bin:/bin")
        cycles = run("/usr/bin/python3", "-c", script, cwd=tree.desk, env=environment)
        shown = tree.run("peeksim", "run", "configs/peek-16x16.yaml", "--trace", "traces/cifar_resnet20.h5",
                         "--images", "1", "--json")
        self.assertIn('"cycles": %d' % int(float(cycles)), shown)


if __name__ == "__main__":
    unittest.main()
