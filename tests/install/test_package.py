"""`cpack` makes a Debian package."""
import os
import pathlib
import platform
import subprocess
import tempfile
import unittest

from installed import BUILD, CMAKE, ROOT, run

CPACK = os.environ.get("CPACK", "cpack")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="peeksim-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        run(CPACK, "--config", BUILD / "CPackConfig.cmake", "-B", cls.folder / "made")
        (cls.package,) = (cls.folder / "made").glob("*.deb")
        run("dpkg-deb", "-x", cls.package, cls.folder / "root")

    def field(self, name):
        return run("dpkg-deb", "-f", self.package, name).strip()

    def test_its_fields_say_what_it_is_what_it_needs_and_that_no_licence_is_chosen(self):
        version = run(self.folder / "root/usr/bin/peeksim", "--version").split()[1]
        self.assertEqual(self.field("Package"), "peeksim")
        self.assertEqual(self.field("Version"), version)
        self.assertEqual(self.field("Maintainer"), "peeksim")
        for library in ("libc6", "libsystemc", "libhdf5", "libboost-program-options", "libyaml-cpp"):
            self.assertIn(library, self.field("Depends"))
        self.assertIn("The licence of peeksim is not yet chosen.", self.field("Description"))

    def test_its_files_are_where_debian_wants_them_and_the_program_runs_from_there(self):
        root = self.folder / "root"
        for name in ("bin/peeksim", "share/doc/peeksim/copyright", "share/man/man1/peeksim-run.1",
                     "share/bash-completion/completions/peeksim",
                     "share/zsh/vendor-completions/_peeksim", "share/peeksim/configs/energy/45nm.yaml"):
            self.assertTrue((root / "usr" / name).is_file(), name)
        package = root / "usr/lib/python3/dist-packages"
        self.assertTrue((package / "peeksim.py").is_file() or (package / "peeksim").is_dir())
        listed = run("dpkg-deb", "-c", self.package)
        for line in listed.splitlines():
            self.assertRegex(line, r"^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) root/root ")
        run(root / "usr/bin/peeksim", "run", "configs/peek-16x16.yaml", "--trace",
            "traces/cifar_resnet20.h5", "--images", "1", cwd=self.folder)


class OtherSystems(unittest.TestCase):
    def test_configuring_for_another_system_than_linux_ends_at_once_and_says_why(self):
        self.assertEqual(platform.system(), "Linux")
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([CMAKE, "-S", str(ROOT), "-B", folder, "-DCMAKE_SYSTEM_NAME=Generic"],
                                  capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("peeksim runs on Linux only", " ".join(done.stderr.split()))
        self.assertNotIn("find_package", done.stderr)


if __name__ == "__main__":
    unittest.main()
