"""The few calls of the controller's REST interface that the demo needs."""
import http.client
import json
import queue
import threading
import urllib.error
import urllib.request
import uuid

from . import DemoError

CALL_SECONDS = 30


class Api:
    def __init__(self, port):
        self._port = port
        self._base = f"http://127.0.0.1:{port}"

    def ready(self):
        try:
            with urllib.request.urlopen(self._base + "/readyz", timeout=CALL_SECONDS):
                return True
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path):
        return json.loads(self._call("GET", path))

    def post(self, path, body):
        return json.loads(self._call("POST", path, json.dumps(body).encode(), "application/json"))

    def download(self, path, file):
        file.write_bytes(self._call("GET", path))

    def upload_model(self, file, name):
        """Uploads an .npz; answers its model id."""
        boundary = uuid.uuid4().hex
        body = b"".join([_text_part(boundary, "name", name), _text_part(boundary, "helper", "numpyhelper"),
                         _file_part(boundary, "file", file), f"--{boundary}--\r\n".encode()])
        answer = json.loads(self._call("POST", "/api/v1/models", body, f"multipart/form-data; boundary={boundary}"))
        # FEDn's own answer names no id; the newest model is then the one.
        return answer.get("model_id") or self.get("/api/v1/models")["result"][0]["model_id"]

    def events(self, path):
        return EventStream(self._port, path)

    def _call(self, method, path, body=None, content_type=None):
        headers = {"Content-Type": content_type} if content_type else {"X-Limit": "0"}
        request = urllib.request.Request(self._base + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
                return answer.read()
        except urllib.error.HTTPError as problem:
            text = problem.read().decode(errors="replace").strip()
            raise DemoError(f"{method} {path} was answered by {problem.code}: {text}") from problem
        except (OSError, http.client.HTTPException) as problem:
            raise DemoError(f"{method} {path} failed: {problem}") from problem


def _text_part(boundary, name, value):
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def _file_part(boundary, name, file):
    head = (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n")
    return head.encode() + file.read_bytes() + b"\r\n"


class EventStream:
    """Server-sent events, read by a thread of their own so that the caller can watch its processes meanwhile.

    The subscription stands when the constructor returns.
    """

    def __init__(self, port, path):
        self._queue = queue.Queue()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CALL_SECONDS)
        try:
            self._connection.request("GET", path, headers={"Accept": "text/event-stream"})
            self._answer = self._connection.getresponse()
        except (OSError, http.client.HTTPException) as problem:
            raise DemoError(f"GET {path} failed: {problem}") from problem
        if self._answer.status != 200:
            raise DemoError(f"GET {path} was answered by {self._answer.status}: {self._answer.read().decode()}")
        # Rounds may take longer than calls; the end of the controller ends the connection too.
        if self._connection.sock is not None:
            self._connection.sock.settimeout(None)
        threading.Thread(target=self._read, daemon=True).start()

    def next(self, seconds):
        """(name, data) of the next event; None if there is none within the time; DemoError if the stream ended."""
        try:
            event = self._queue.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(event, Exception):
            raise DemoError(f"the stream of events ended: {event}")
        return event

    def _read(self):
        try:
            name, data = "message", []
            for line in self._answer:
                field, _, value = line.decode().rstrip("\r\n").partition(":")
                value = value.removeprefix(" ")
                if field == "event":
                    name = value
                elif field == "data":
                    data.append(value)
                elif not field and not value:
                    if data:
                        self._queue.put((name, json.loads("\n".join(data))))
                    name, data = "message", []
            self._queue.put(EOFError("closed by the controller"))
        except Exception as problem:  # whatever it was, the main thread must hear of it
            self._queue.put(problem)
