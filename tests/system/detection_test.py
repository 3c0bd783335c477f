"""Who dies is missed within a lease, and who is merely busy is not. With a model of 256 MB;
FEDLOOM_TEST_LARGE_MB=1024 python3 tests/system/detection_test.py asks for another one."""
import os
import socket
import time
import unittest

from mesh_under_test import arrays
from mesh_under_test.link import Link
from mesh_under_test.mesh import SESSION, MeshTest
from mesh_under_test.rest import Session

LARGE_MB = int(os.environ.get("FEDLOOM_TEST_LARGE_MB", 256))
DEFAULT = {"heartbeat_ms": 1000, "lease_ms": 3000}
BY_DEFAULT = {"controller": {"registry": DEFAULT}, "combiner": {"clients": DEFAULT}}
LEASE_SECONDS = 3
# The machine may be busy with other things than this test; what is asserted is that no second lease has to end.
SLACK_SECONDS = 2.5
SO_MAX_PACING_RATE = 47


class SlowUplink(Link):
    """Passes at most so many bytes per second to the one that was dialled."""

    def __init__(self, target, bytes_per_second):
        self._bytes_per_second = bytes_per_second
        super().__init__(target)

    def _connect(self):
        super()._connect()
        for flow in self._flows[-2:]:
            if not flow.is_towards_caller:
                flow.sink.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, self._bytes_per_second)


class DetectionTest(MeshTest):
    def assert_missed(self, watcher, event, since, **fields):
        noticed = self.mesh.services[watcher].wait_for(event, since=since, **fields)
        self.assertLess(noticed["heard"] - since, LEASE_SECONDS + SLACK_SECONDS, noticed)

    def assert_nobody_was_missed(self):
        for name, service in self.mesh.services.items():
            for event in ("client-left", "combiner-lost", "detached", "lost"):
                self.assertEqual(service.log.all(event), [], name)

    def large_session(self, megabytes, clients):
        file = self.mesh.folder / "large.npz"
        file.write_bytes(arrays.npz_of_zeros(megabytes * 2**20 // 4))
        config = {**SESSION, "requested_clients": clients, "min_clients": clients, "round_timeout": 600}
        body = {"name": "large", "seed_model_id": self.mesh.api.upload_model(file, "large"), "session_config": config}
        session = Session(self.mesh, self.mesh.api.post("/api/v1/sessions", body)["session_id"])
        self.mesh.api.post("/api/v1/sessions/start", {"session_id": session.id})
        return session

    def test_whoever_stands_still_is_missed_within_a_lease_and_welcome_again(self):
        self.mesh.start(combiners=1, clients=1, **BY_DEFAULT)
        client, combiner, controller = (self.mesh.services[name] for name in ("client-1", "combiner-1", "controller"))

        since = client.halt()
        self.assert_missed("combiner-1", "client-left", since, client="client-1")
        client.wait_for("attached", since=client.go_on())

        since = combiner.halt()
        self.assert_missed("controller", "combiner-lost", since, combiner="combiner-1")
        self.assert_missed("client-1", "detached", since)
        since = combiner.go_on()
        combiner.wait_for("welcomed", since=since)
        client.wait_for("attached", since=since)

        since = controller.halt()
        self.assert_missed("combiner-1", "lost", since)
        combiner.wait_for("welcomed", since=controller.go_on())

        self.mesh.wait_for_clients(1)
        session = self.mesh.start_session(rounds=1, min_clients=1)
        session.wait_for_end()
        self.assert_trail(session, 1)

    def test_nobody_is_missed_who_is_busy_with_a_large_model(self):
        self.mesh.start(combiners=1, clients=1, **BY_DEFAULT)
        session = self.large_session(LARGE_MB, clients=1)
        session.wait_for_end(seconds=40 + LARGE_MB / 5)
        self.assert_nobody_was_missed()
        (one,) = session.committed()
        self.assertGreater(one["bytes_up"], LARGE_MB * 2**20)

    def train_over_slow_link(self, megabytes, bytes_per_second, lease_ms):
        link = SlowUplink(lambda: self.mesh.endpoint("combiner-1"), bytes_per_second)
        self.addCleanup(link.close)
        self.mesh.start(combiners=1, clients=1,
                        combiner={"mesh": {"advertise": link.endpoint}, "clients": {"lease_ms": lease_ms}})
        session = self.large_session(megabytes, clients=1)
        began = time.monotonic()
        session.wait_for_end()
        self.assertGreater(time.monotonic() - began, lease_ms / 1000, "the link was to be slow")
        self.assert_nobody_was_missed()

    def test_nobody_is_missed_whose_heartbeats_wait_behind_an_upload(self):
        # A chunk takes 0.4 s; only after four of them the client hears of credit.
        self.train_over_slow_link(megabytes=16, bytes_per_second=2_500_000, lease_ms=1000)

    def test_nobody_is_missed_for_whom_one_chunk_takes_longer_than_the_lease(self):
        self.train_over_slow_link(megabytes=2, bytes_per_second=300_000, lease_ms=2000)


if __name__ == "__main__":
    unittest.main()
