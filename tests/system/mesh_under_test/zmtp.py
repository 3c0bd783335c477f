"""ZMTP 3.0 with the NULL mechanism on a raw socket, just enough to say things that no ZeroMQ library would say."""
import socket
import struct

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31)
MORE, LONG, COMMAND = 1, 2, 4
TIMEOUT_SECONDS = 20


def _split(endpoint):
    host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
    return host, int(port)


def raw_connection(endpoint):
    return socket.create_connection(_split(endpoint), timeout=TIMEOUT_SECONDS)


def _property(name, value):
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value


def _ready(socket_type):
    return b"\x05READY" + _property(b"Socket-Type", socket_type) + _property(b"Identity", b"")


def _part(data, flags):
    size = struct.pack(">Q", len(data)) if len(data) > 255 else bytes([len(data)])
    return bytes([flags | (LONG if len(data) > 255 else 0)]) + size + data


class ZmtpConnection:
    """After the handshake."""

    def __init__(self, connection, socket_type):
        self._socket = connection
        connection.sendall(GREETING)
        theirs = self._receive(len(GREETING))
        assert theirs[0] == 0xFF and theirs[9] == 0x7F, theirs
        connection.sendall(_part(_ready(socket_type), COMMAND))
        flags, _ = self._receive_part()
        assert flags & COMMAND, flags

    @classmethod
    def dial(cls, endpoint):
        return cls(raw_connection(endpoint), b"DEALER")

    def send(self, *parts):
        for index, part in enumerate(parts):
            self._socket.sendall(_part(part, MORE if index + 1 < len(parts) else 0))

    def announce(self, size):
        """The head of a message of that size, and nothing of it."""
        self._socket.sendall(bytes([LONG]) + struct.pack(">Q", size))

    def receive(self):
        """The parts of the next message that is no command."""
        parts = []
        while True:
            flags, data = self._receive_part()
            if not flags & COMMAND:
                parts.append(data)
                if not flags & MORE:
                    return parts

    def is_cut(self):
        """Waits for the other side to close the connection."""
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True

    def close(self):
        self._socket.close()

    def _receive_part(self):
        (flags,) = self._receive(1)
        size = int.from_bytes(self._receive(8 if flags & LONG else 1), "big")
        return flags, self._receive(size)

    def _receive(self, size):
        data = b""
        while len(data) < size:
            fresh = self._socket.recv(size - len(data))
            if not fresh:
                raise ConnectionError("the other side closed the connection")
            data += fresh
        return data


class ListeningPeer:
    """Takes one caller and hears what it says first: a true frame, for the tests to damage."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(TIMEOUT_SECONDS)
        self.endpoint = "tcp://127.0.0.1:%d" % self._socket.getsockname()[1]

    def first_message(self):
        connection, _ = self._socket.accept()
        connection.settimeout(TIMEOUT_SECONDS)
        peer = ZmtpConnection(connection, b"ROUTER")
        message = peer.receive()
        peer.close()
        self._socket.close()
        return message


def of_version(frame, version):
    """The FlatBuffer with another protocol version, which is the first field of its root table."""
    root = struct.unpack_from("<I", frame, 0)[0]
    vtable = root - struct.unpack_from("<i", frame, root)[0]
    field = struct.unpack_from("<H", frame, vtable + 4)[0]
    assert field != 0, "the version stands in every frame"
    changed = bytearray(frame)
    struct.pack_into("<H", changed, root + field, version)
    return bytes(changed)
