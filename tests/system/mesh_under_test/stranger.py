"""A peer of the mesh that a test makes say what it likes (tests/system/stranger)."""
import json
import queue
import struct
import subprocess
import threading

from .service_process import binary

WAIT_SECONDS = 20


class Stranger:
    def __init__(self):
        self._child = subprocess.Popen([binary("fedloom-stranger")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       text=True)
        self._heard = queue.Queue()
        self._kept = []
        self._connections = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def dial(self, endpoint):
        """The number of the connection."""
        self._connections += 1
        self._order({"dial": endpoint, "as": self._connections})
        return self._connections

    def say(self, to, what, **fields):
        self._order({"to": to, "what": what, **fields})

    def hear(self, what, **fields):
        """The first such message that has not been taken yet."""
        def fits(message):
            return message["what"] == what and all(message.get(key) == value for key, value in fields.items())
        while True:
            taken = next((one for one in self._kept if fits(one)), None)
            if taken is not None:
                self._kept.remove(taken)
                return taken
            try:
                self._kept.append(self._heard.get(timeout=WAIT_SECONDS))
            except queue.Empty:
                raise AssertionError(f"never heard {what} {fields}, but {self._kept}") from None

    def join(self, client, controller, max_examples=100):
        """Becomes a member of a combiner; the number of the connection to it."""
        door = self.dial(controller)
        self.say(door, "join", client=client, max_examples=max_examples)
        placed = self.hear("placement")
        home = self.dial(placed["endpoint"])
        self.say(home, "client_hello", client=client, ticket=placed["ticket"])
        self.hear("client_welcome")
        return home

    def end(self):
        self._child.stdin.close()
        assert self._child.wait(WAIT_SECONDS) == 0
        self._child.stdout.close()

    def _order(self, order):
        self._child.stdin.write(json.dumps(order) + "\n")
        self._child.stdin.flush()

    def _listen(self):
        for line in self._child.stdout:
            self._heard.put(json.loads(line))


def trained(model_hex, sizes, step=1.0):
    """The model stream of a task's payload with `step` added to each float32 of its tensors, as hex."""
    stream = bytearray.fromhex(model_hex)
    (offset,) = struct.unpack_from("<I", stream, 8)
    for count in sizes:
        values = struct.unpack_from(f"<{count}f", stream, offset)
        struct.pack_into(f"<{count}f", stream, offset, *(value + step for value in values))
        offset += -(-4 * count // 64) * 64
    return stream.hex()


def about(message):
    """The round that a message is about, to be said back."""
    return {key: message[key] for key in ("session", "round", "attempt")}
