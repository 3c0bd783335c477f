"""How a test steers the entry points of its clients while they run: they call here, see package/orders.py."""
import json
import os
import socket
import threading
import time

from .waiting import announce, wait_until

ENDLESS = 1 << 60


class Control:
    """Listens at `folder`/orders. Each training reports that it has begun, and hears how to go on when it may."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / "orders"))
        self._listener.listen(128)
        self._changed = threading.Condition()
        self._gates = {}  # by client; None: everyone else's
        self._behaviours = {}
        self._begun = {}  # (client, round): [(process, group, when)]
        self._is_over = False
        threading.Thread(target=self._take_calls, daemon=True).start()

    def hold_after(self, round_number, clients=(None,)):
        """Trainings of later rounds wait until the gate moves; 0 holds the first round."""
        with self._changed:
            self._gates.update({client: round_number for client in clients})
            self._changed.notify_all()

    def release(self, *clients):
        """These clients' trainings, or all, go on for good."""
        with self._changed:
            self._gates = {**self._gates, **{client: ENDLESS for client in clients}} if clients else {}
            self._changed.notify_all()

    def behave(self, client, round_number, how):
        """What train.py does instead of adding 1; the words are its own."""
        with self._changed:
            self._behaviours[client, round_number] = how

    def begun(self, client, round_number):
        """(process, process group) of each training of this client in this round."""
        return [(process, group) for process, group, _ in self._begun.get((client, round_number), [])]

    def begun_at(self, client, round_number):
        """When each of them began, by time.monotonic()."""
        return [when for _, _, when in self._begun.get((client, round_number), [])]

    def wait_for_training(self, clients, round_number, watch=None, seconds=40):
        """Until each of them has begun to train in this round."""
        for client in clients:
            wait_until(lambda: self.begun(client, round_number), f"{client} to train in round {round_number}",
                       seconds=seconds, watch=watch)

    def forget(self):
        """Who has begun so far: for another session, whose rounds have the same numbers."""
        self._begun = {}

    def end(self):
        """Entry points that still wait hear nothing, and end."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._listener.shutdown(socket.SHUT_RDWR)  # else its thread would wait on, for calls to whoever gets its number
        self._listener.close()

    def _take_calls(self):
        while True:
            try:
                call, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(call,), daemon=True).start()

    def _answer(self, call):
        with call, call.makefile() as text:
            line = text.readline()
            if not line:
                return  # it was killed before it could say a word
            said = json.loads(line)
            client, round_number = said["client"], said["round"]
            self._begun.setdefault((client, round_number), []).append(
                (said["process"], said["group"], time.monotonic()))
            announce()
            with self._changed:
                self._changed.wait_for(lambda: self._is_over or self._may_go(client, round_number))
                if self._is_over:
                    return
                how = self._behaviours.get((client, round_number), "add")
            try:
                call.sendall(how.encode() + b"\n")
            except OSError:
                pass  # it was killed meanwhile

    def _may_go(self, client, round_number):
        return round_number <= self._gates.get(client, self._gates.get(None, ENDLESS))


def group_is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
