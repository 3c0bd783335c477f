"""A TCP connection that a test can break: a proxy between two services."""
import select
import socket
import struct
import threading
import time

from .waiting import announce

DELAY_SECONDS = 0.2
RESET = struct.pack("ii", 1, 0)
PIECE = 65536
# At most so much waits in the proxy per direction; TCP itself holds back the rest.
HELD_BYTES = 1 << 20


class Link:
    """Listens at `endpoint` and passes all to where `target()` says, unless a fault is in force:

    delay      every piece takes 200 ms more, each way
    drop       whatever is said is lost; the connections, now without their middle, are reset when the fault ends
    cut        nothing passes, nobody is told; held back until the fault ends
    half-open  as a cut, but only towards the one that dialled

    A reset is no state: all connections end by RST, and new ones are taken at once.
    """

    FAULTS = ("delay", "drop", "cut", "half-open")

    def __init__(self, target):
        self._target, self._fault = target, None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = "tcp://127.0.0.1:%d" % self._listener.getsockname()[1]
        self._wake_in, self._wake_out = socket.socketpair()
        self._flows, self._is_over = [], False
        self._armed = None  # (fault, bytes to come, towards the caller)
        threading.Thread(target=self._work, daemon=True).start()

    def break_by(self, fault):
        assert fault in self.FAULTS, fault
        self._armed, self._fault = None, fault
        self._wake()

    def arm(self, fault, size, towards_caller):
        """The fault, or the reset, comes when so many bytes more have passed in that direction."""
        self._armed = (fault, size, towards_caller)

    def has_struck(self):
        return self._armed is None

    def mend(self):
        """Answers when."""
        was, self._fault = self._fault, None
        if was == "drop":
            self.reset()
        self._wake()
        return time.monotonic()

    def reset(self):
        """RST to both ends of all connections. Answers when."""
        for flow in list(self._flows):
            flow.is_doomed = True
        self._wake()
        return time.monotonic()

    def close(self):
        self._is_over = True
        self._wake()

    def _wake(self):
        self._wake_out.send(b"!")

    # -- the thread ----------------------------------------------------------------

    def _work(self):
        while not self._is_over:
            now = time.monotonic()
            for flow in [one for one in self._flows if one.is_doomed or one.twin.is_doomed]:
                self._flows.remove(flow)
                flow.reset()
            readers = [self._wake_in] + ([] if self._fault == "cut" else [self._listener])
            readers += [flow.source for flow in self._flows if flow.takes(self._fault)]
            writers = [flow.sink for flow in self._flows if flow.due(now, self._fault)]
            dues = [flow.next_due() for flow in self._flows if flow.passes(self._fault) and flow.next_due() is not None]
            pause = max(0, min(dues) - now) if dues and not writers else None
            readable, writable, _ = select.select(readers, writers, [], pause)
            self._serve(set(readable), set(writable))
        for flow in self._flows:
            flow.reset()
        self._listener.close()

    def _serve(self, readable, writable):
        if self._wake_in in readable:
            self._wake_in.recv(PIECE)
        if self._listener in readable:
            self._connect()
        for flow in self._flows:
            if flow.source in readable:
                flow.read(self._fault)
            if flow.sink in writable:
                self._note(flow.write(), flow)

    def _note(self, sent, flow):
        if self._armed is None or flow.is_towards_caller != self._armed[2]:
            return
        fault, left, direction = self._armed
        if sent < left:
            self._armed = (fault, left - sent, direction)
            return
        if fault == "reset":
            self.reset()
        else:
            self._fault = fault
        self._armed = None
        announce()

    def _connect(self):
        caller, _ = self._listener.accept()
        endpoint = self._target()
        try:
            host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
            callee = socket.create_connection((host, int(port)), timeout=1)
        except (OSError, AttributeError):  # nobody there
            _reset(caller)
            return
        for one in (caller, callee):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.setblocking(False)
        there, back = _Flow(caller, callee, False), _Flow(callee, caller, True)
        there.twin, back.twin = back, there
        self._flows += [there, back]


class _Flow:
    """One direction of one connection."""

    def __init__(self, source, sink, is_towards_caller):
        self.source, self.sink, self.twin = source, sink, None
        self.is_doomed, self._has_ended = False, False
        self.is_towards_caller = is_towards_caller
        self._held = []  # [(due, bytes)]
        self._size = 0

    def passes(self, fault):
        return fault != "cut" and not (fault == "half-open" and self.is_towards_caller)

    def takes(self, fault):
        return self.passes(fault) and not self._has_ended and self._size < HELD_BYTES

    def next_due(self):
        return self._held[0][0] if self._held else None

    def due(self, now, fault):
        return self.passes(fault) and bool(self._held) and self._held[0][0] <= now

    def read(self, fault):
        try:
            piece = self.source.recv(PIECE)
        except OSError:
            self.is_doomed = True
            return
        if not piece:
            self._has_ended = True
        if fault == "drop" and piece:
            return
        self._held.append((time.monotonic() + (DELAY_SECONDS if fault == "delay" else 0), piece))
        self._size += len(piece)

    def write(self):
        """The number of bytes that went on."""
        due, piece = self._held[0]
        try:
            if not piece:
                self.sink.shutdown(socket.SHUT_WR)
                self._held.pop(0)
                self.is_doomed = self.twin._has_ended and not self.twin._held
                return 0
            sent = self.sink.send(piece)
        except OSError:
            self.is_doomed = True
            return 0
        self._size -= sent
        self._held[:1] = [(due, piece[sent:])] if sent < len(piece) else []
        return sent

    def reset(self):
        _reset(self.source)


def _reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()
