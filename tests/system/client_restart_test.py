"""Clients that are killed at the worst moments and come back with their data folder; and entry points that are to end."""
import pathlib
import time
import unittest

from mesh_under_test.disk import SmallDisk
from mesh_under_test.mesh import MeshTest
from mesh_under_test.waiting import wait_until

CLIENTS = ["client-1", "client-2"]
ONE = "client-1"
CANCEL_SECONDS = 1
WATCHED = {"metrics": {"enabled": True, "port": 0}, "testing": {"kill_children": True}}


def living(groups):
    """The processes of these groups. (Orphans that have ended may wait for a while until this machine's init buries them.)"""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group = file.read_text().rsplit(") ", 1)[1].split()[:3]
        except OSError:
            continue  # it has just ended
        if int(group) in groups and state not in "ZX":
            found.append(int(file.parent.name))
    return found


class ClientRestartTest(MeshTest):
    def begin(self, **config):
        """A session in which client-2 trains round 1 until it is released, so that the round waits."""
        self.mesh.start(combiners=1, clients=2, client=WATCHED)
        self.mesh.control.hold_after(0, ["client-2"])
        return self.mesh.start_session(min_clients=2, **{"rounds": 2, **config})

    def kept(self):
        """The files of the updates that client-1 keeps."""
        return sorted((self.mesh.folder / ONE / "updates").iterdir())

    def train_and_die_before_offer(self):
        """Both train; client-1 is killed when its update is there, and nobody has been told."""
        self.mesh.control.hold_after(0, [ONE])
        session = self.begin()
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        self.mesh.services[ONE].arm("before-offer", "kill")
        self.mesh.control.release(ONE)
        self.mesh.services[ONE].wait_for_kill()
        return session

    def come_back(self):
        return self.mesh.services[ONE].start().wait_for("attached")

    def finish(self, session, *, trainings=1):
        """All rounds end with both clients and with the bytes that they would have had without the fault."""
        self.mesh.control.release()
        session.wait_for_end()
        for one in self.assert_trail(session, 2):
            self.assertEqual(([each["client_id"] for each in one["contributions"]], one["attempt"]), (CLIENTS, 1))
        self.assertEqual(len(self.mesh.control.begun(ONE, 1)), trainings)
        wait_until(lambda: not self.kept(), "the kept updates to be dropped")

    def test_an_update_that_was_not_offered_yet_is_offered_by_the_next_process(self):
        session = self.train_and_die_before_offer()
        self.assertEqual(len(self.kept()), 1)
        self.come_back()
        self.mesh.wait_for_metric("combiner-1", "fedloom_combiner_updates_accepted_total", 1)
        self.finish(session)

    def test_an_accepted_update_is_offered_again_and_counts_once(self):
        session = self.begin()
        self.mesh.wait_for_metric("combiner-1", "fedloom_combiner_updates_accepted_total", 1)
        self.assertEqual(self.mesh.admin(ONE).metric("fedloom_client_updates_kept"), 1)
        self.mesh.services[ONE].kill()
        self.assertEqual(len(self.kept()), 1)
        self.come_back()
        self.finish(session)

    def test_an_accepted_update_outlives_the_actor_that_offered_it(self):
        session = self.begin()
        self.mesh.wait_for_metric("combiner-1", "fedloom_combiner_updates_accepted_total", 1)
        self.mesh.admin(ONE).kill(f"tasks/{ONE}")
        self.mesh.admin(ONE).wait_for_restart(f"tasks/{ONE}", 1, self.mesh.check)
        self.finish(session)

    def test_a_damaged_update_is_removed_and_trained_again(self):
        session = self.train_and_die_before_offer()
        [file] = self.kept()
        damaged = bytearray(file.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        file.write_bytes(damaged)
        self.come_back()
        self.assertIn(file.name, self.mesh.services[ONE].wait_for("kept-update-unusable")["reason"])
        self.finish(session, trainings=2)

    def test_a_client_killed_in_mid_train_trains_again_and_leaves_nothing_running(self):
        self.mesh.control.hold_after(0, [ONE])
        session = self.begin()
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        [(_, group)] = self.mesh.control.begun(ONE, 1)
        self.mesh.services[ONE].kill()
        self.assertEqual(living([group]), [group], "the entry point survives the client")
        self.come_back()
        self.assertEqual(living([group]), [], "but not its next start")
        wait_until(lambda: len(self.mesh.control.begun(ONE, 1)) == 2, "client-1 to train again", watch=self.mesh.check)
        self.finish(session, trainings=2)

    def test_a_client_whose_disk_is_full_says_so_and_works_again_when_there_is_room(self):
        why_not = SmallDisk.why_not()
        if why_not:
            self.skipTest(why_not)
        disk = SmallDisk(self.mesh.folder / ONE)
        self.addCleanup(disk.remove)
        self.mesh.start(combiners=1, clients=2)
        disk.fill()
        session = self.mesh.start_session(rounds=1, min_clients=1)
        session.wait_for_end()
        [one] = self.assert_trail(session, 1)
        self.assertEqual([(each["client_id"], each["error"]) for each in one["failures"]], [(ONE, "storage_full")])
        disk.free()
        after = self.mesh.start_session(rounds=1, min_clients=2)
        after.wait_for_end()
        self.assertEqual([each["client_id"] for each in self.assert_trail(after, 1)[0]["contributions"]], CLIENTS)


class StubbornPackageTest(MeshTest):
    package = "stubborn_package"

    def test_a_stop_ends_an_entry_point_that_ignores_it_with_all_its_children_within_a_second(self):
        self.mesh.start(combiners=1, clients=2)
        session = self.mesh.start_session()
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        groups = [group for client in CLIENTS for _, group in self.mesh.control.begun(client, 1)]
        self.assertEqual(len(living(groups)), 2 * 4)
        begun = time.monotonic()
        session.stop()
        wait_until(lambda: not living(groups), "the process groups to be gone")
        self.assertLess(time.monotonic() - begun, CANCEL_SECONDS)
        self.mesh.check()


if __name__ == "__main__":
    unittest.main()
