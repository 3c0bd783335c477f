"""Disks that fail: a small one that is full, and syncs that end with an error. For root, on Linux."""
import os
import pathlib
import shutil
import subprocess

from .waiting import wait_until

FILL_BYTES = 4096


class SmallDisk:
    """A tmpfs at `folder`."""

    def __init__(self, folder, size="64m"):
        self._folder = folder
        folder.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True, capture_output=True)

    @staticmethod
    def why_not():
        """Why there can be none here; None if there can."""
        if os.geteuid() != 0 or shutil.which("mount") is None:
            return "only root may mount a small disk"
        done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/tmp"], capture_output=True, text=True)
        return None if done.returncode == 0 else f"no small disk can be mounted: {done.stderr.strip()}"

    def fill(self):
        with open(self._folder / "fill", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(FILL_BYTES))
            except OSError:
                pass  # no space left

    def free(self):
        (self._folder / "fill").unlink()

    def remove(self):
        subprocess.run(["umount", "--lazy", self._folder], check=True)


SYNCS = "fsync,fdatasync"
WRITES = "write,pwrite64"


class FailingCalls:
    """While it is in force, these system calls of that process end with that error: all, or those on these files."""

    def __init__(self, process, log, calls, error, files=()):
        self._tasks, self._log = pathlib.Path(f"/proc/{process}/task"), log
        paths = [word for file in files for word in ("-P", str(file))]
        self._tracer = subprocess.Popen(
            ["strace", "-f", "-q", "-o", log, "-p", str(process), *paths, "-e", f"trace={calls}",
             "-e", f"inject={calls}:error={error}"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._is_attached, f"strace to attach to process {process}")

    @staticmethod
    def why_not():
        if shutil.which("strace") is None:
            return "strace is not installed"
        done = subprocess.run(["strace", "-e", "inject=fsync:error=EIO", "-o", "/dev/null", "true"], capture_output=True,
                              text=True)
        return None if done.returncode == 0 else f"strace cannot inject errors here: {done.stderr.strip()}"

    def end(self):
        """How many calls have failed."""
        self._tracer.terminate()
        self._tracer.wait()
        return self._log.read_text().count("(INJECTED)")

    def _is_attached(self):
        assert self._tracer.poll() is None, f"strace ended with status {self._tracer.returncode}"
        return all("TracerPid:\t0" not in (task / "status").read_text() for task in self._tasks.iterdir())
