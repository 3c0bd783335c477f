"""The HTTP sides of the services: the controller's REST API, and the admin interface of all three."""
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid

from . import waiting
from demo_mesh import DemoError
from demo_mesh.api import Api


class ControllerApi(Api):
    """With what the demo does not need."""

    def __init__(self, url):
        super().__init__(urllib.parse.urlsplit(url).port)
        self._url = url

    def result(self, path):
        return self.get(path)["result"]

    def patch(self, path, body):
        return json.loads(self._call("PATCH", path, json.dumps(body).encode(), "application/json"))

    def post_form(self, path, fields, file_name, content):
        """A form with texts and one file."""
        boundary = uuid.uuid4().hex
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                 for name, value in fields.items()]
        parts.append((f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
                      "Content-Type: application/octet-stream\r\n\r\n").encode() + content + b"\r\n")
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return json.loads(self._call("POST", path, body, f"multipart/form-data; boundary={boundary}"))

    def bytes(self, path):
        return self._call("GET", path)


class AdminApi:
    """/metrics, /supervision and the test hook that kills a child."""

    def __init__(self, url):
        self._url = url

    def text(self, path):
        with urllib.request.urlopen(self._url + path, timeout=30) as answer:
            return answer.read().decode()

    def metric(self, name):
        """The sum over all label sets; 0 if there is none yet."""
        lines = (line for line in self.text("/metrics").splitlines() if line.startswith((name + " ", name + "{")))
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def children(self):
        return {child["name"]: child for child in json.loads(self.text("/supervision"))["children"]}

    def kill(self, child):
        path = f"/supervision/{urllib.parse.quote(child, safe='')}/kill"
        with urllib.request.urlopen(urllib.request.Request(self._url + path, b"", method="POST"), timeout=30) as answer:
            assert answer.status == 202, answer.status

    def wait_for_restart(self, child, restarts, watch):
        def is_back():
            now = self.children()[child]
            return now["alive"] and now["restarts"] >= restarts
        waiting.wait_until(is_back, f"{child} to be restarted", watch=watch)


class Session:
    ENDED = ("Finished", "Terminated", "Failed", "Cancelled")

    def __init__(self, mesh, session_id):
        self._mesh = mesh
        self._stream = None
        self.id = session_id
        self.events = []  # (name, data), as they came

    def record(self):
        return self._mesh.api.get(f"/api/v1/sessions/{self.id}")

    def rounds(self):
        """All attempts, the oldest first."""
        mine = [one for one in self._mesh.api.result("/api/v1/rounds") if one["session_id"] == self.id]
        return sorted(mine, key=lambda one: int(one["round_id"]))

    def committed(self):
        return [one for one in self.rounds() if one["status"] == "Finished"]

    def stop(self):
        return self._mesh.api.patch(f"/api/v1/sessions/{self.id}", {"status": "Terminated"})

    def order(self, what):
        """ "pause", "resume" or "cancel"; the session as it is stored then."""
        return self._mesh.api.post(f"/api/v1/sessions/{self.id}/{what}", {})

    def wait_for_round(self, number):
        return self._wait(lambda name, data: name == "round" and data["round"] == number, f"round {number}")

    def wait_for_status(self, status):
        """Of a session that has not ended; what it says then."""
        return self._wait(lambda name, data: name == "status" and data["status"] == status, status)

    def wait_for_end(self, status="Finished", seconds=waiting.LIMIT_SECONDS):
        data = self._wait(lambda name, data: name == "session" and data["status"] in self.ENDED, "the session's end", seconds)
        if data["status"] != status:
            raise AssertionError(f"the session ended as {data}, not as {status}\n{self._mesh.tails()}")
        return data

    def _wait(self, accept, what, seconds=waiting.LIMIT_SECONDS):
        """The data of the first such event, heard before or not. A stream that breaks is opened anew: it repeats."""
        def accepted():
            self._take_in()
            return next((data for name, data in self.events if accept(name, data)), None)
        return waiting.wait_until(accepted, f"{what} of session {self.id}", seconds, watch=self._mesh.check)

    def _take_in(self):
        try:
            if self._stream is None:
                self._stream = self._mesh.api.events(f"/api/v1/sessions/{self.id}/events")
            while (event := self._stream.next(0)) is not None:
                if event not in self.events:
                    self.events.append(event)
        except DemoError:
            self._stream = None
