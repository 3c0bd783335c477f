"""The mesh's processes: configured, started, waited for, ended."""
import json
import os
import socket
import subprocess
import time
from contextlib import ExitStack

from . import DemoError, configs
from .api import Api
from .processes import Processes

START_SECONDS = 60
TRAINING_EXAMPLES = 60000
PROGRAMS = ("fedloom-controller", "fedloom-combiner", "fedloom-client")


def free_ports(count):
    """Ports that were free a moment ago; all held at once, so that they differ."""
    with ExitStack() as stack:
        ports = []
        for _ in range(count):
            probe = stack.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
        return ports


class Mesh:
    """A context manager: leaving it ends every process."""

    def __init__(self, root, binaries, folder):
        self._package = root / "examples" / "fashion-mnist-numpy" / "client"
        self._cache = root / "build" / "demo-cache"
        self._binaries = binaries
        self._folder = folder
        self.processes = Processes(folder / "logs")
        self.api = None

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.processes.stop()

    def start(self, combiners, clients, display):
        missing = [name for name in PROGRAMS if not os.access(self._binaries / name, os.X_OK)]
        if missing:
            raise DemoError(f"there is no {missing[0]} in {self._binaries}; run tools/demo, which builds it")
        mesh, http, metrics, *others = free_ports(3 + 2 * combiners)
        ports = {"mesh": mesh, "http": http, "metrics": metrics}
        self._start("controller", "fedloom-controller", configs.controller(self._folder / "controller", ports))
        self.api = Api(http)
        self._wait("the controller", self.api.ready, display)
        for index in range(combiners):
            name = f"combiner-{index + 1}"
            own = {"mesh": others[2 * index], "metrics": others[2 * index + 1]}
            self._start(name, "fedloom-combiner", configs.combiner(name, self._folder / name, own, ports))
        for index in range(clients):
            name = f"client-{index + 1}"
            text = configs.client(name, self._folder / name, ports, self._package, TRAINING_EXAMPLES)
            self._start(name, "fedloom-client", text, self._example_environment(clients, index))
        self._wait(f"{clients} clients", lambda: self._online() >= clients, display)

    def example(self, script, *arguments):
        """Runs a script of the example; its standard output."""
        python = os.environ.get("FEDLOOM_EXAMPLE_PYTHON", "/usr/bin/python3")
        done = subprocess.run([python, script, *map(str, arguments)], cwd=self._package, text=True, capture_output=True)
        if done.returncode != 0:
            raise DemoError(f"{script} of the example failed:\n{done.stderr.strip()}")
        return done.stdout

    def make_seed(self):
        file = self._folder / "seed.npz"
        self.example("build.py", file)
        return file

    def score(self, model):
        return json.loads(self.example("score.py", model))

    def _start(self, name, program, config, environment=None):
        (self._folder / name).mkdir()
        file = self._folder / f"{name}.yaml"
        file.write_text(config)
        self.processes.start(name, [self._binaries / program, "--config", file], environment)

    def _example_environment(self, clients, index):
        return {"FEDLOOM_EXAMPLE_CLIENTS": str(clients), "FEDLOOM_EXAMPLE_CLIENT": str(index),
                "FEDLOOM_EXAMPLE_CACHE": str(self._cache)}

    def _online(self):
        listed = self.api.get("/api/v1/clients")["result"]
        return sum(client.get("status") in ("online", "available") for client in listed)

    def _wait(self, what, condition, display):
        end = time.monotonic() + START_SECONDS
        pause = 0.02
        while not condition():
            self.processes.check()
            if time.monotonic() > end:
                tails = "\n".join(self.processes.log_tail(name) for name in self.processes.names()[:2])
                raise DemoError(f"{what} did not come up within {START_SECONDS} s\n{tails}")
            display.status(f"waiting for {what}")
            time.sleep(pause)
            pause = min(2 * pause, 0.5)
