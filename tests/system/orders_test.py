"""Stop, pause, resume and cancel: down to the running entry points within a second, and over a controller's death."""
import time
import unittest

from mesh_under_test.control import group_is_gone
from mesh_under_test.mesh import MeshTest
from mesh_under_test.waiting import wait_until

CLIENTS = ["client-1", "client-2"]
WITHIN_SECONDS = 1
STATUS = {"stop": "Terminated", "pause": "Paused", "cancel": "Cancelled"}


class OrdersTest(MeshTest):
    def setUp(self):
        super().setUp()
        self.mesh.start(combiners=1, clients=2)

    def begin(self, rounds=2):
        """A session whose first round is held while the clients train."""
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=rounds, min_clients=2)
        self.wait_for_trainings(1)
        return session

    def wait_for_trainings(self, times):
        """Until each client has begun to train in round 1 so often."""
        for client in CLIENTS:
            wait_until(lambda: len(self.mesh.control.begun(client, 1)) >= times, f"{client} to train", watch=self.mesh.check)

    def give(self, session, order):
        """The order reaches the entry points' process groups in time, and the answer says what is stored."""
        groups = [self.mesh.control.begun(client, 1)[-1][1] for client in CLIENTS]
        begun = time.monotonic()
        answer = session.stop() if order == "stop" else session.order(order)
        wait_until(lambda: all(map(group_is_gone, groups)), f"the entry points to end on {order}")
        self.assertLess(time.monotonic() - begun, WITHIN_SECONDS, order)
        self.assertEqual(answer["status"], STATUS[order])

    def restart_controller(self):
        self.mesh.services["controller"].kill()
        self.mesh.restart_controller()

    def assert_runs_to_its_end(self, session, rounds=2):
        self.mesh.control.release()
        session.wait_for_end()
        return self.assert_trail(session, rounds)

    def test_a_stop_and_a_cancel_end_the_session_for_good(self):
        for order in ("stop", "cancel"):
            with self.subTest(order):
                session = self.begin()
                self.give(session, order)
                session.wait_for_end(STATUS[order])
                self.restart_controller()
                self.assertEqual(session.record()["status"], STATUS[order])
                self.assertEqual({one["status"] for one in session.rounds()}, {"Terminated"})
                # The clients live on, and the next session has the mesh for itself.
                self.wait_for_both()
                self.mesh.control.forget()
        self.assert_runs_to_its_end(self.mesh.start_session(rounds=2, min_clients=2))

    def wait_for_both(self):
        self.mesh.wait_for_clients(len(CLIENTS))

    def test_a_paused_session_waits_over_a_restart_and_goes_on_in_the_same_round(self):
        session = self.begin()
        self.give(session, "pause")
        self.restart_controller()
        self.assertEqual(session.record()["status"], "Paused")
        self.wait_for_both()
        self.assertEqual(session.order("resume")["status"], "Started")
        self.wait_for_trainings(2)
        self.restart_controller()
        first, _ = self.assert_runs_to_its_end(session)
        attempts = [(one["round"], one["attempt"], one["status"]) for one in session.rounds()]
        self.assertEqual(attempts, [(1, 1, "Terminated"), (1, 2, "Finished"), (2, 1, "Finished")])
        self.assertEqual(first["attempt"], 2)

    def test_a_pause_lets_the_next_session_run_and_a_resume_waits_for_its_turn(self):
        paused = self.begin()
        self.give(paused, "pause")
        self.mesh.control.forget()
        other = self.mesh.start_session(rounds=2, min_clients=2)
        self.wait_for_trainings(1)
        self.assertEqual(paused.order("resume")["status"], "Queued")
        self.assert_runs_to_its_end(other)
        self.assert_runs_to_its_end(paused)

    def test_what_has_not_begun_can_be_cancelled_too(self):
        running = self.begin()
        created, queued = self.mesh.create_session(rounds=1), self.mesh.start_session(rounds=1)
        for session, before in ((created, "Created"), (queued, "Queued")):
            self.assertEqual(session.record()["status"], before)
            self.assertEqual(session.order("cancel")["status"], "Cancelled")
        self.restart_controller()
        self.assertEqual([one.record()["status"] for one in (created, queued)], ["Cancelled"] * 2)
        self.assert_runs_to_its_end(running)


if __name__ == "__main__":
    unittest.main()
