"""A service's log, read as it grows."""
import json


class EventLog:
    def __init__(self, path):
        self.path = path
        self.events = []  # parsed lines, in order
        self.others = []  # lines that are no JSON objects
        self._offset = 0

    def begin_anew(self):
        """Forgets what was read: the service starts once more and appends to the same file."""
        self.read()
        self.events, self.others = [], []

    def read(self):
        """Takes in all complete lines that were written since the last call."""
        if not self.path.exists():
            return
        with open(self.path, "rb") as file:
            file.seek(self._offset)
            fresh = file.read()
        complete = fresh[:fresh.rfind(b"\n") + 1]
        self._offset += len(complete)
        for line in complete.decode(errors="replace").splitlines():
            try:
                parsed = json.loads(line)
            except ValueError:
                parsed = None
            if isinstance(parsed, dict):
                self.events.append(parsed)
            else:
                self.others.append(line)

    def find(self, event, **fields):
        """The first such event, or None."""
        self.read()
        wanted = {"event": event, **fields}
        return next((one for one in self.events if all(one.get(key) == value for key, value in wanted.items())), None)

    def tail(self, lines=25):
        text = self.path.read_text(errors="replace") if self.path.exists() else ""
        return f"--- {self.path.name} ---\n" + "\n".join(text.splitlines()[-lines:])
