"""A service's log, heard as it is written."""
import json
import threading
import time

from .waiting import announce


class EventLog:
    """What a process writes to its pipe: kept in a file, and parsed line by line."""

    def __init__(self, path):
        self.path = path
        self.events = []  # parsed lines of this life, in order; "heard" is when, by time.monotonic()
        self.others = []  # lines that are no JSON objects

    def follow(self, pipe):
        """A new life: forgets what was heard, and listens until the pipe ends. What an old life says late is kept in
        the file alone."""
        self.events, self.others = [], []
        threading.Thread(target=self._listen, args=(pipe, self.events, self.others), daemon=True).start()

    def _listen(self, pipe, events, others):
        with pipe, open(self.path, "ab", buffering=0) as file:
            for line in pipe:
                heard = time.monotonic()
                file.write(line)
                parsed = _parsed(line)
                if parsed is None:
                    others.append(line.decode(errors="replace").rstrip("\n"))
                else:
                    events.append({**parsed, "heard": heard})
                announce()

    def all(self, event, since=0, **fields):
        """All such events of this life that were heard since then."""
        wanted = {"event": event, **fields}
        return [one for one in list(self.events)
                if one["heard"] >= since and all(one.get(key) == value for key, value in wanted.items())]

    def find(self, event, since=0, **fields):
        """The first of them, or None."""
        return next(iter(self.all(event, since, **fields)), None)

    def tail(self, lines=25):
        text = self.path.read_text(errors="replace") if self.path.exists() else ""
        return f"--- {self.path.name} ---\n" + "\n".join(text.splitlines()[-lines:])


def _parsed(line):
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
