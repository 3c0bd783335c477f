"""A combiner whose disk has no room for its journal: it declines what it cannot write down, says why, and lives."""
import unittest

from mesh_under_test import arrays
from mesh_under_test.disk import SmallDisk
from mesh_under_test.mesh import MeshTest

STORAGE = 4
CLIENTS = ["client-1", "client-2"]
FULL = "combiner-1"
# So small that no space is reserved for the journal in advance.
DISK_SIZE = "4m"
# A plan for so many tensors, and an answer with such metrics, need more than the rest of a file's last page.
LARGE_PLAN = [*arrays.SEED, *[((1,), [1.0])] * 2000]


class FullJournalTest(MeshTest):
    def begin(self, combiners, disk_patience_ms):
        why_not = SmallDisk.why_not()
        if why_not:
            self.skipTest(why_not)
        self.disk = SmallDisk(self.mesh.folder / FULL, DISK_SIZE)
        self.addCleanup(self.disk.remove)
        self.mesh.start(combiners, len(CLIENTS), combiner={"collection": {"disk_patience_ms": disk_patience_ms}})

    def failures(self, one):
        return [(each["client_id"], each["error"]) for each in one["failures"]]

    def wait_until_paused(self, session):
        self.assertIn("free some space", session.wait_for_status("Paused")["reason"])
        self.assertEqual(session.record()["status"], "Paused")
        self.assertTrue(self.mesh.services[FULL].is_running())

    def resume(self, session):
        self.disk.free()
        self.assertEqual(session.order("resume")["status"], "Started")
        session.wait_for_end()

    def test_a_plan_that_cannot_be_written_down_is_declined_and_the_others_go_on(self):
        self.begin(combiners=2, disk_patience_ms=0)
        self.mesh.seed = LARGE_PLAN
        self.disk.fill()
        session = self.mesh.start_session(rounds=1, min_clients=1)
        session.wait_for_end()
        (one,) = self.assert_trail(session, 1)
        (there,) = [each for each in CLIENTS if self.mesh.api.get(f"/api/v1/clients/{each}")["combiner"] == FULL]
        self.assertEqual(self.failures(one), [(there, "storage_full")])
        self.assertIn("free some space", one["failures"][0]["reason"])
        self.disk.free()
        session = self.mesh.start_session(rounds=1, min_clients=2)
        session.wait_for_end()
        self.assert_trail(session, 1)

    def test_a_session_that_needs_it_is_paused_until_there_is_room(self):
        self.begin(combiners=1, disk_patience_ms=0)
        self.mesh.seed = LARGE_PLAN
        self.disk.fill()
        session = self.mesh.start_session(rounds=2, min_clients=2, round_attempts=1)
        self.wait_until_paused(session)
        self.assertEqual(self.failures(session.rounds()[0]), [(one, "storage_full") for one in CLIENTS])
        self.resume(session)
        self.assert_trail(session, 2)

    def train_with_full_disk(self, **config):
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=2, min_clients=2, **config)
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        for one in CLIENTS:
            self.mesh.control.behave(one, 1, "long_metrics")
        self.disk.fill()
        return session

    def test_an_update_that_cannot_be_written_down_has_no_receipt_until_there_is_room(self):
        self.begin(combiners=1, disk_patience_ms=30000)
        session = self.train_with_full_disk()
        self.mesh.control.release()
        self.mesh.wait_for_metric(FULL, "fedloom_combiner_journal_failures_total", 1)
        self.disk.free()
        session.wait_for_end()
        self.assertEqual([one["attempt"] for one in self.assert_trail(session, 2)], [1, 1])

    def test_an_update_that_could_not_be_written_down_at_all_counts_when_the_session_is_resumed(self):
        self.begin(combiners=1, disk_patience_ms=0)
        session = self.train_with_full_disk(round_attempts=1)
        self.mesh.control.release(CLIENTS[0])
        self.wait_until_paused(session)
        self.assertEqual(self.failures(session.rounds()[0]), [(one, "storage_full") for one in CLIENTS])
        self.mesh.control.release()
        self.resume(session)
        self.assert_trail(session, 2)
        # The one that was refused is kept by its client and offered again; the other's training was called off.
        self.assertEqual([len(self.mesh.control.begun(one, 1)) for one in CLIENTS], [1, 2])

    def test_a_combiner_that_is_started_without_room_says_so_and_leaves_its_journal_as_it_is(self):
        self.begin(combiners=1, disk_patience_ms=0)
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=2, min_clients=2)
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        combiner = self.mesh.services[FULL]
        combiner.kill()
        self.disk.fill()
        combiner.start()
        self.assertEqual(combiner.wait_for_end(), STORAGE, combiner.log.tail())
        self.assertIn("free some space", " ".join(combiner.log.others))
        self.disk.free()
        combiner.start().wait_for("welcomed")
        self.assertIsNone(combiner.log.find("journal-set-aside"))
        self.mesh.control.release()
        session.wait_for_end()
        self.assert_trail(session, 2)


if __name__ == "__main__":
    unittest.main()
