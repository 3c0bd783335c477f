"""How a test steers the entry points of its clients while they run; read by package/orders.py."""
import json
import os

from .waiting import wait_until


class Control:
    def __init__(self, folder):
        self.folder = folder
        (folder / "begun").mkdir(parents=True)
        self._behaviours = {}

    def hold_after(self, round_number):
        """Trainings of later rounds wait until the gate moves; 0 holds the first round."""
        self._write("gate", str(round_number))

    def release(self):
        (self.folder / "gate").unlink(missing_ok=True)

    def behave(self, client, round_number, how):
        """What train.py does instead of adding 1; the words are its own."""
        self._behaviours.setdefault(client, {})[str(round_number)] = how
        self._write("behaviours", json.dumps(self._behaviours))

    def begun(self, client, round_number):
        """(process, process group) of each training of this client in this round."""
        file = self.folder / "begun" / f"{client}.{round_number}"
        lines = file.read_text().split("\n")[:-1] if file.exists() else []
        return [tuple(map(int, line.split())) for line in lines]

    def wait_for_training(self, clients, round_number, watch=None):
        """Until each of them has begun to train in this round."""
        for client in clients:
            wait_until(lambda: self.begun(client, round_number), f"{client} to train in round {round_number}",
                       watch=watch)

    def _write(self, name, text):
        fresh = self.folder / f"{name}.new"
        fresh.write_text(text)
        os.replace(fresh, self.folder / name)


def group_is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
