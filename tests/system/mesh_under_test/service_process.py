"""One service: configured, started, watched, stopped, ended, killed, started again."""
import ctypes
import json
import os
import signal
import subprocess
import threading
import time

from .event_log import EventLog
from .waiting import LIMIT_SECONDS, wait_until

# The documented bound of a drain is 30 s, and a busy machine may need some more.
STOP_SECONDS = 40
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
    """`prefix` is a command that the program is started with, such as strace."""

    def __init__(self, program, name, config, folder, environment=None, prefix=()):
        self.program, self.name, self.config, self.prefix = program, name, config, prefix
        self.log = EventLog(folder / f"{name}.log")
        self._config_file = folder / f"{name}.yaml"
        self._order = folder / f"{name}.crash"  # see actors/kernel/crash_point.hpp
        self._environment = {**os.environ, "FEDLOOM_CRASH_AT": str(self._order), **(environment or {})}
        self._child, self._is_asked = None, False

    def start(self):
        """Must be called on the main thread: the service ends with the thread that started it."""
        assert not self.is_running(), f"{self.name} runs already"
        self._config_file.write_text(json.dumps(self.config))  # JSON is YAML
        self._is_asked = False
        self._child = subprocess.Popen(
            [*self.prefix, binary(self.program), "--config", self._config_file], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self._environment, preexec_fn=_end_with_parent)
        self.log.follow(self._child.stdout)
        return self

    @property
    def pid(self):
        return self._child.pid

    def is_running(self):
        return self._child is not None and self._child.poll() is None

    def check(self):
        """Raises if it was started and has ended without having been asked to."""
        if self._child is not None and self._child.poll() is not None and not (self._is_asked and self._child.poll() == 0):
            raise AssertionError(f"{self.name} ended with status {self._child.returncode}\n{self.log.tail()}")

    def wait_for(self, event, *, seconds=LIMIT_SECONDS, since=0, **fields):
        """The first such event since the last start, and since then."""
        wanted = " ".join([event, *(f"{key}={value}" for key, value in fields.items())])
        return wait_until(lambda: self.log.find(event, since, **fields), f"{self.name} to log {wanted}", seconds, self.check)

    # -- the end -----------------------------------------------------------------

    def ask_to_end(self):
        if self.is_running():
            self._is_asked = True
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
        """SIGKILL: it has no chance to say goodbye. Answers when."""
        child, self._child = self._child, None
        child.kill()
        child.wait()
        return time.monotonic()

    # -- at an instant of its own ------------------------------------------------

    def arm(self, point, action):
        """At its next passage of that point it will "kill" or "stop" itself."""
        fresh = self._order.with_suffix(".new")
        fresh.write_text(f"{point} {action}\n")
        os.replace(fresh, self._order)

    def disarm(self):
        self._order.unlink(missing_ok=True)

    def wait_for_kill(self):
        """It was armed to kill itself. Answers when it did."""
        self._wait_for_change(os.WEXITED, "kill itself")
        died = time.monotonic()
        status = self._child.wait()
        assert status == -signal.SIGKILL, f"{self.name} ended with status {status}\n{self.log.tail()}"
        self._child = None
        return died

    def wait_for_standstill(self):
        """It was armed to stop itself. Answers when it did."""
        self._wait_for_change(os.WSTOPPED | os.WEXITED, "stop itself")
        self.check()
        return time.monotonic()

    def halt(self):
        """SIGSTOP, when it stands still."""
        self._child.send_signal(signal.SIGSTOP)
        return self.wait_for_standstill()

    def go_on(self):
        self._child.send_signal(signal.SIGCONT)
        return time.monotonic()

    def _wait_for_change(self, which, what):
        child = self._child
        watcher = threading.Thread(target=lambda: os.waitid(os.P_PID, child.pid, which | os.WNOWAIT), daemon=True)
        watcher.start()
        watcher.join(LIMIT_SECONDS)
        if watcher.is_alive():
            raise AssertionError(f"waited {LIMIT_SECONDS} s for {self.name} to {what}\n{self.log.tail()}")
