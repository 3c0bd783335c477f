"""A whole session by the command fedloom alone, from the package to the final model."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

from mesh_under_test import arrays
from demo_mesh.mesh import free_ports
from mesh_under_test.waiting import wait_until

BINARIES = pathlib.Path(os.environ["FEDLOOM_BINARIES"])
HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 60
OK, REFUSED, USAGE, UNREACHABLE, NOT_FOUND, LOCAL, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

# A project as FEDn's documentation draws it.
PROJECT = {
    "fedn.yaml": """\
entry_points:
  build: {command: "/usr/bin/python3 build.py"}
  startup: {command: "echo started"}
  train: {command: "/usr/bin/python3 train.py"}
  validate: {command: "/usr/bin/python3 validate.py"}
""",
    "build.py": """\
import arrays
open("../seed.npz", "wb").write(arrays.npz(arrays.SEED))
""",
    "train.py": """\
import json, sys, arrays
model = arrays.arrays_of(open(sys.argv[1], "rb").read())
open(sys.argv[2], "wb").write(arrays.npz(arrays.plus(model, 1)))
json.dump({"num_examples": 10, "loss": 0.5}, open(sys.argv[2] + "-metadata", "w"))
""",
    "validate.py": """\
import json, sys
json.dump({"accuracy": 0.75, "num_examples": 10}, open(sys.argv[2], "w"))
""",
}


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="fedloom-cli-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.project = self.folder / "client"
        self.project.mkdir()
        for name, text in PROJECT.items():
            (self.project / name).write_text(text)
        shutil.copy(HERE / "mesh_under_test" / "arrays.py", self.project)
        self.port = None

    def say(self, *words, expect=OK):
        """Runs the command in the test's folder; what it said on standard output."""
        where = {} if self.port is None else {"FEDLOOM_CONTROLLER_PORT": str(self.port)}
        done = subprocess.run([BINARIES / "fedloom", *map(str, words)], cwd=self.folder, text=True, capture_output=True,
                              env={**os.environ, **where}, timeout=SECONDS)
        self.assertEqual(done.returncode, expect, done.stderr + done.stdout)
        return done.stdout

    def say_json(self, *words):
        return json.loads(self.say(*words, "--json"))

    def up(self, *options):
        """A mesh of two clients; Ctrl-C ends it."""
        mesh = subprocess.Popen([BINARIES / "fedloom", "up", "--json", "-P", "0", "-c", "2", *options], cwd=self.folder,
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, mesh)
        limit = threading.Timer(SECONDS, mesh.terminate)
        limit.start()
        line = mesh.stdout.readline()
        limit.cancel()
        self.assertTrue(line, "the mesh did not come up: " + ("" if line else mesh.stderr.read()))
        ready = json.loads(line)
        self.port = ready["port"]
        return mesh, ready

    def become(self, noun, *words):
        """A service that the command turned into, with its log in the test's folder."""
        with open(self.folder / f"{noun}.log", "w") as log:
            service = subprocess.Popen([BINARIES / "fedloom", noun, *map(str, words)], cwd=self.folder, stdout=log,
                                       stderr=log, env={**os.environ, "FEDLOOM_COMBINER_METRICS_PORT": "0"})
        self.addCleanup(self.end, service)
        return service

    def logs(self):
        return "\n".join(file.read_text() for file in sorted(self.folder.glob("*.log")))

    @staticmethod
    def end(mesh):
        if mesh.poll() is None:
            mesh.send_signal(signal.SIGINT)
        mesh.communicate(timeout=SECONDS)

    def test_a_project_becomes_a_model(self):
        self.say("run", "build", "-p", "client")
        tried = self.say_json("run", "train", "-p", "client", "-i", "seed.npz", "-o", "update.npz")
        self.assertEqual((tried["num_examples"], tried["metrics"]), (10, {"loss": 0.5}))
        self.up("-p", "client")
        self.train_three_rounds()
        self.check_lists()

    def test_a_project_reaches_clients_that_hold_nothing(self):
        self.say("run", "build", "-p", "client")
        packed = self.say_json("package", "create", "-p", "client")
        self.up()
        self.say_json("package", "upload", packed["file"])
        (package,) = self.say_json("package", "list")["result"]
        self.assertTrue(package["active"])
        self.train_three_rounds()

    def train_three_rounds(self):
        seed = self.say_json("model", "set-active", "-f", "seed.npz")["model_id"]
        told = [json.loads(line) for line in
                self.say("session", "start", "-n", "ours", "-r", 3, "-mc", 2, "--watch", "--json").splitlines()]
        rounds, end = told[:-1], told[-1]
        self.assertEqual([(one["event"], one["round"], one["clients_answered"]) for one in rounds],
                         [("round", 1, 2), ("round", 2, 2), ("round", 3, 2)])
        self.assertEqual((end["event"], end["status"]), ("session", "Finished"))
        self.assertEqual([one["accuracy"] for one in rounds], [0.75] * 3)
        self.assertNotEqual(end["model_id"], seed)
        self.say("model", "download", end["model_id"][:12], "-o", "final.npz")
        final = arrays.arrays_of((self.folder / "final.npz").read_bytes())
        self.assertEqual(final, arrays.plus(arrays.SEED, 3))

    def check_lists(self):
        (session,) = self.say_json("session", "list")["result"]
        self.assertEqual((session["name"], session["rounds_committed"]), ("ours", 3))
        rounds = self.say_json("round", "list", "-s", session["session_id"])["result"]
        self.assertEqual([one["round"] for one in rounds], [3, 2, 1])
        self.assertEqual(self.say_json("round", "get", rounds[0]["round_id"]), rounds[0])
        self.assertEqual(sorted(one["client_id"] for one in self.say_json("client", "list")["result"]),
                         ["client-1", "client-2"])
        self.assertIn("Finished", self.say("session", "list"))
        self.say("session", "get", "-id", "no-such-id", expect=NOT_FOUND)
        self.say("session", "pause", session["session_id"], expect=REFUSED)
        self.say("session", "pasue", expect=USAGE)

    def test_an_interrupt_ends_every_process(self):
        mesh, ready = self.up("-p", "client")
        services = subprocess.run(["pgrep", "-P", str(mesh.pid)], text=True, capture_output=True).stdout.split()
        self.assertEqual(len(services), 4)
        mesh.send_signal(signal.SIGINT)
        _, said = mesh.communicate(timeout=SECONDS)
        self.assertEqual(mesh.returncode, OK, said)
        self.assertEqual([one for one in services if pathlib.Path("/proc", one).exists()], [])
        self.assertFalse(pathlib.Path(ready["folder"]).exists())
        self.say("session", "list", expect=UNREACHABLE)

    def test_a_client_and_a_combiner_join_by_fedns_flags(self):
        _, ready = self.up("-p", "client")
        where = [ready["host"], "-p", str(ready["port"])]
        (port,) = free_ports(1)
        combiner = self.become("combiner", "start", "-d", *where, "-n", "second", "-i", port)
        client = self.become("client", "start", "-u", *where, "-n", "late", "-i", "late-1", "--local-package",
                             "-c", "second")
        self.say("run", "build", "-p", "client")
        self.say("model", "set-active", "-f", "seed.npz")
        for noun, count in (("combiner", 2), ("client", 3)):
            wait_until(lambda: len(self.say_json(noun, "list", "--where", "status=online")["result"]) == count, noun,
                       watch=lambda: self.assertEqual((client.poll(), combiner.poll()), (None, None), self.logs()))
        told = self.say("session", "start", "-r", 1, "-mc", 3, "--watch", "--json").splitlines()
        self.assertEqual(json.loads(told[0])["clients_answered"], 3, self.logs())
        self.assertEqual(self.say_json("client", "get", "late-1")["name"], "late")


if __name__ == "__main__":
    unittest.main()
