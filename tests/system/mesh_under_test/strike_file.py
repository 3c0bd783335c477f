"""What a run of the fault matrix has found so far, one line of JSON for each strike."""
import collections
import json
from dataclasses import asdict

from .fault_matrix import Cell
from .struck_mesh import Outcome


class StrikeFile:
    """Without a path it is kept in memory alone. A last line that a broken-off run left unfinished is passed over."""

    def __init__(self, path=None):
        self._path = path
        self.strikes, self.problems = [], []  # [(cell, outcome)], [text]
        for line in path.read_text().splitlines(keepends=True) if path and path.exists() else []:
            if line.endswith("\n"):
                self._take(json.loads(line))

    def counts(self):
        return collections.Counter(cell for cell, _ in self.strikes)

    def add(self, strikes, problem=""):
        """What was done to one mesh, and what went wrong with it in the end."""
        found = [{"cell": asdict(cell), "outcome": asdict(outcome)} for cell, outcome in strikes]
        found += [{"problem": problem}] if problem else []
        if self._path:
            with open(self._path, "a") as file:
                file.writelines(json.dumps(one) + "\n" for one in found)
        for one in found:
            self._take(one)

    def _take(self, found):
        if "problem" in found:
            self.problems.append(found["problem"])
        else:
            self.strikes.append((Cell(**found["cell"]), Outcome(**found["outcome"])))
