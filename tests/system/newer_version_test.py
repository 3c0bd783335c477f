"""What a newer version of fedloom has written is refused by this one, with a clear word, and nothing of it is touched."""
import unittest

from mesh_under_test.folders import content_of
from mesh_under_test.mesh import MeshTest
from mesh_under_test.rocksdb_log import set_format

STORAGE = 4
NEWER = 99


class NewerVersionTest(MeshTest):
    def setUp(self):
        """A round is open, one of two updates is accepted, its client keeps it; then all are killed."""
        super().setUp()
        self.mesh.start(combiners=1, clients=2)
        self.mesh.control.hold_after(0, ["client-2"])
        self.session = self.mesh.start_session(rounds=1, min_clients=2)
        self.mesh.wait_for_metric("combiner-1", "fedloom_combiner_updates_accepted_total", 1)
        self.mesh.kill_all()

    def refusal(self, name):
        folder = self.mesh.folder / name
        before = content_of(folder)
        service = self.mesh.services[name].start()
        self.assertEqual(service.wait_for_end(), STORAGE, service.log.tail())
        self.assertEqual(content_of(folder), before)
        said = " ".join(service.log.others)  # standard error, for whoever started it
        self.assertIn("start the newer version", said)
        self.assertIn(str(folder), said)
        return said

    def refuse_store(self, name, store):
        (log,) = (self.mesh.folder / name / store).glob("*.log")
        whole = log.read_bytes()
        set_format(log, NEWER)
        self.assertIn(f"format {NEWER}", self.refusal(name))
        log.write_bytes(whole)

    def test_each_service_refuses_what_a_newer_version_keeps_and_goes_on_with_its_own(self):
        self.refuse_store("controller", "state")
        self.refuse_store("combiner-1", "journal")
        (update,) = (self.mesh.folder / "client-1" / "updates").iterdir()
        whole = update.read_bytes()
        self.assertEqual(whole[-8:], b"FLUPDAT1")
        update.write_bytes(whole[:-1] + b"2")
        self.refusal("client-1")
        update.write_bytes(whole)

        self.mesh.restart_controller()
        for name in ("combiner-1", "client-1", "client-2"):
            self.mesh.services[name].start()
        self.mesh.control.release()
        self.session.wait_for_end()
        self.assert_trail(self.session, 1)


if __name__ == "__main__":
    unittest.main()
