"""One service: configured, started, watched, ended, started again."""
import ctypes
import json
import os
import signal
import subprocess

from .event_log import EventLog
from .waiting import wait_until

# The documented bound of a drain is 30 s.
STOP_SECONDS = 30
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def binary(program):
    return os.path.join(os.environ["FEDLOOM_BINARIES"], program)


def _end_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def merged(*layers):
    """Nested dictionaries, the later ones on top."""
    result = {}
    for layer in layers:
        for key, value in layer.items():
            below = result.get(key)
            result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


class ServiceProcess:
    def __init__(self, program, name, config, folder, environment=None):
        self.program, self.name, self.config = program, name, config
        self.log = EventLog(folder / f"{name}.log")
        self._config_file = folder / f"{name}.yaml"
        self._environment = {**os.environ, **(environment or {})}
        self._child = None

    def start(self):
        assert not self.is_running(), f"{self.name} runs already"
        self.log.begin_anew()
        self._config_file.write_text(json.dumps(self.config))  # JSON is YAML
        with open(self.log.path, "ab") as log:
            self._child = subprocess.Popen(
                [binary(self.program), "--config", self._config_file], stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=self._environment, preexec_fn=_end_with_parent)
        return self

    def is_running(self):
        return self._child is not None and self._child.poll() is None

    def check(self):
        """Raises if it was started and has ended without having been asked to."""
        if self._child is not None and self._child.poll() is not None:
            raise AssertionError(f"{self.name} ended with status {self._child.returncode}\n{self.log.tail()}")

    def wait_for(self, event, **fields):
        """The first such event since the last start."""
        wanted = " ".join([event, *(f"{key}={value}" for key, value in fields.items())])
        return wait_until(lambda: self.log.find(event, **fields), f"{self.name} to log {wanted}", watch=self.check)

    def ask_to_end(self):
        if self.is_running():
            self._child.send_signal(signal.SIGTERM)

    def wait_for_end(self):
        """The exit status."""
        child, self._child = self._child, None
        try:
            return child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise AssertionError(f"{self.name} did not end within {STOP_SECONDS} s\n{self.log.tail()}") from None

    def stop(self):
        """SIGTERM; the exit status."""
        self.ask_to_end()
        return self.wait_for_end()

    def kill(self):
        """SIGKILL: it has no chance to say goodbye."""
        child, self._child = self._child, None
        child.kill()
        child.wait()
