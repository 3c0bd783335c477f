"""tools/demo's mesh on the real data set: small, as JSON, and interrupted."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("FEDLOOM_FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
PYTHON = os.environ.get("FEDLOOM_EXAMPLE_PYTHON", "/usr/bin/python3")
SECONDS = 120


def missing():
    if not DATA.is_dir():
        return f"the data set is not installed: no {DATA} (Debian package dataset-fashion-mnist)"
    if subprocess.run([PYTHON, "-c", "import numpy"], capture_output=True).returncode != 0:
        return f"{PYTHON} has no numpy (Debian package python3-numpy)"
    return None


@unittest.skipIf(missing(), missing())
class DemoTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="fedloom-demo-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def command(self, *options):
        return [sys.executable, ROOT / "tools" / "demo_mesh.py", "--binaries", os.environ["FEDLOOM_BINARIES"],
                "--output", self.folder / "out", *options]

    def test_learns_and_says_so_in_json(self):
        done = subprocess.run(self.command("--clients", "4", "--combiners", "2", "--rounds", "2", "--json"), text=True,
                              capture_output=True, timeout=SECONDS)
        self.assertEqual(done.returncode, 0, done.stderr)
        *rounds, result = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(one["round"], one["clients_asked"], one["clients_answered"]) for one in rounds],
                         [(1, 4, 4), (2, 4, 4)])
        self.assertTrue(all(one["bytes"] > 0 and one["loss"] > 0 for one in rounds))
        self.assertEqual((set(result), result["rounds"]), ({"accuracy", "rounds", "model", "seconds"}, 2))
        self.assertGreater(result["accuracy"], 0.7)  # a guess scores 0.1
        # The clients' shares of the held-out images make up the whole: their mean is the model's score.
        self.assertAlmostEqual(rounds[-1]["accuracy"], result["accuracy"], places=9)
        self.assertTrue(pathlib.Path(result["model"]).is_file())

    def test_an_interrupt_ends_every_process(self):
        demo = subprocess.Popen(self.command("--clients", "2", "--combiners", "1", "--rounds", "1000", "--json"), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(demo.kill)
        self.assertEqual(json.loads(demo.stdout.readline())["round"], 1)
        services = subprocess.run(["pgrep", "-P", str(demo.pid)], text=True, capture_output=True).stdout.split()
        self.assertEqual(len(services), 4)
        demo.send_signal(signal.SIGINT)
        _, said = demo.communicate(timeout=SECONDS)
        self.assertEqual(demo.returncode, 130, said)
        self.assertEqual([one for one in services if pathlib.Path("/proc", one).exists()], [])


if __name__ == "__main__":
    unittest.main()
