"""Child processes that never outlive the demo."""
import ctypes
import os
import signal
import subprocess
import time

from . import DemoError

STOP_SECONDS = 10
TAIL_LINES = 20
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _end_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    """Started in order, watched together, ended together. One log file each."""

    def __init__(self, log_folder):
        self._log_folder = log_folder
        self._children = {}
        log_folder.mkdir(parents=True, exist_ok=True)

    def start(self, name, command, environment=None):
        with open(self._log_folder / f"{name}.log", "wb") as log:
            try:
                # A session of its own: Ctrl-C must reach the demo alone, which then ends all in order.
                self._children[name] = subprocess.Popen(
                    [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    env={**os.environ, **(environment or {})}, start_new_session=True, preexec_fn=_end_with_parent)
            except OSError as problem:
                raise DemoError(f"cannot start {name}: {problem}") from problem

    def check(self):
        """Raises if one has ended: none should, before stop()."""
        for name, child in self._children.items():
            status = child.poll()
            if status is not None:
                raise DemoError(f"{name} ended with status {status}\n{self.log_tail(name)}")

    def log_tail(self, name):
        path = self._log_folder / f"{name}.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return f"--- the end of {path.name} (--keep FOLDER keeps all logs) ---\n" + "\n".join(lines[-TAIL_LINES:])

    def names(self):
        return list(self._children)

    def stop(self):
        children = list(self._children.values())
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        for child in children:
            try:
                child.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()
