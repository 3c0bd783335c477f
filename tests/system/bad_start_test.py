"""Services that cannot start say why, and with which documented status."""
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

from mesh_under_test import SYSTEM_FOLDER
from mesh_under_test.service_process import binary, merged

CONFIG_INVALID, STORAGE, UNREACHABLE = 3, 4, 5
PACKAGE = {"package": {"folder": str(SYSTEM_FOLDER / "package")}}
BASE = {
    "fedloom-controller": {"mesh": {"bind": "tcp://127.0.0.1:0"}, "http": {"port": 0}, "metrics": {"port": 0}},
    "fedloom-combiner": {"mesh": {"bind": "tcp://127.0.0.1:0"}, "metrics": {"port": 0}},
    "fedloom-client": {**PACKAGE, "metrics": {"enabled": True, "port": 0}},
}


class BadStartTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-system-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def assert_refused(self, program, changes, status, *words):
        file = self.folder / "config.yaml"
        file.write_text(json.dumps(merged({"data_folder": str(self.folder / "data")}, BASE[program], changes)))
        done = subprocess.run([binary(program), "--config", file], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, status, done.stderr)
        for word in words:
            self.assertIn(str(word), done.stderr)

    def test_an_unknown_key_is_named(self):
        for program in BASE:
            with self.subTest(program):
                self.assert_refused(program, {"data_foldr": "x"}, CONFIG_INVALID, "data_foldr", "data_folder")

    def test_a_value_out_of_range_is_named_with_key_and_range(self):
        self.assert_refused("fedloom-controller", {"http": {"threads": 1}}, CONFIG_INVALID, "http.threads", 1, 2, 256)

    def test_a_port_in_use_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            mesh = {"mesh": {"bind": f"tcp://127.0.0.1:{port}"}}
            for program, changes in (("fedloom-controller", mesh), ("fedloom-combiner", mesh),
                                     ("fedloom-controller", {"http": {"port": port}}),
                                     ("fedloom-controller", {"metrics": {"port": port}}),
                                     ("fedloom-combiner", {"metrics": {"port": port}}),
                                     ("fedloom-client", {"metrics": {"port": port}})):
                with self.subTest(program, **changes):
                    self.assert_refused(program, changes, UNREACHABLE, f"127.0.0.1:{port}")

    def test_a_data_folder_that_cannot_be_used_is_named(self):
        # A file in its place: permissions would not stop root.
        (self.folder / "file").write_text("")
        for program in BASE:
            with self.subTest(program):
                folder = self.folder / "file" / "data"
                self.assert_refused(program, {"data_folder": str(folder)}, STORAGE, "data_folder", folder)
                self.assert_refused(program, {"data_folder": str(folder.parent)}, STORAGE, "data_folder", folder.parent)

    def test_a_package_without_train_is_refused(self):
        package = self.folder / "package"
        package.mkdir()
        changes = {"package": {"folder": str(package)}}
        self.assert_refused("fedloom-client", changes, CONFIG_INVALID, package / "fedn.yaml")
        (package / "fedn.yaml").write_text("entry_points:\n  validate:\n    command: echo\n")
        self.assert_refused("fedloom-client", changes, CONFIG_INVALID, "train")


if __name__ == "__main__":
    unittest.main()
