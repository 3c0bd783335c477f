"""Sessions through real processes: the arithmetic, the trail, the queue, the stop."""
import unittest

from mesh_under_test.control import group_is_gone
from mesh_under_test.mesh import MeshTest
from mesh_under_test.waiting import wait_until

CLIENTS = [f"client-{number}" for number in range(1, 5)]


class SessionTest(MeshTest):
    def test_three_rounds_with_validation_add_exactly_three(self):
        self.mesh.start(combiners=2, clients=4)
        session = self.mesh.start_session(rounds=3, requested_clients=4, min_clients=4, validate=True)
        end = session.wait_for_end()
        self.assertEqual(end["rounds_committed"], 3)
        self.assert_model(end["model_id"], 3)
        self.check_trail(session)
        self.check_events(session)
        self.check_lists(session)

    def check_trail(self, session):
        for number, one in enumerate(self.assert_trail(session, 3), 1):
            self.assertEqual([each["client_id"] for each in one["contributions"]], CLIENTS)
            self.assertEqual([each["num_examples"] for each in one["contributions"]], [10] * 4)
            self.assertEqual([each["metrics"] for each in one["contributions"]], [{"training_loss": 0.5}] * 4)
            self.assertEqual((one["weight"], one["failures"], one["attempt"]), (40, [], 1))
            self.assertEqual(sorted(each["client_id"] for each in one["validations"]), CLIENTS)
            self.assertEqual(one["metrics"], {"accuracy": number / 8, "loss": 1 / (1 + number)})
            self.assertEqual((one["clients_asked"], one["clients_answered"]), (4, 4))

    def check_events(self, session):
        rounds = [data for name, data in session.events if name == "round"]
        self.assertEqual([one["round"] for one in rounds], [1, 2, 3])
        self.assertEqual([one["accuracy"] for one in rounds], [1 / 8, 2 / 8, 3 / 8])
        # Four clients take the model and give it back, in each round.
        self.assertTrue(all(min(one["bytes_up"], one["bytes_down"]) > 4 * 10 * 4 for one in rounds), rounds)
        self.assertEqual(session.events[-1][0], "session")

    def check_lists(self, session):
        api = self.mesh.api
        self.assertEqual(sorted(one["client_id"] for one in api.result("/api/v1/clients")), CLIENTS)
        self.assertEqual({one["combiner_id"]: one["clients"] for one in api.result("/api/v1/combiners")},
                         {"combiner-1": 2, "combiner-2": 2})
        models = {one["model_id"]: one for one in api.result("/api/v1/models")}
        self.assertEqual(len(models), 4)
        for one in session.committed():
            self.assertEqual(api.get(f"/api/v1/rounds/{one['round_id']}"), one)
            self.assertEqual(models[one["model_id"]]["parent_model"], one["parent_model"])
            self.assertEqual(models[one["model_id"]]["session_id"], session.id)

    def test_a_second_session_waits_for_the_first_and_then_runs(self):
        self.mesh.start(combiners=1, clients=2)
        self.mesh.control.hold_after(0)
        first = self.mesh.start_session(rounds=1, min_clients=2)
        self.mesh.control.wait_for_training(CLIENTS[:2], 1, self.mesh.check)
        second = self.mesh.start_session(rounds=2, min_clients=2)
        self.assertEqual((first.record()["status"], second.record()["status"]), ("Started", "Queued"))
        self.mesh.control.release()
        first.wait_for_end()
        second.wait_for_end()
        self.assert_trail(first, 1)
        self.assert_trail(second, 2)

    def test_a_stop_ends_the_running_entry_points_and_the_clients_live_on(self):
        self.mesh.start(combiners=1, clients=2)
        self.mesh.control.hold_after(0)
        stopped = self.mesh.start_session(rounds=5)
        self.mesh.control.wait_for_training(CLIENTS[:2], 1, self.mesh.check)
        groups = [group for client in CLIENTS[:2] for _, group in self.mesh.control.begun(client, 1)]
        self.assertEqual(stopped.stop()["status"], "Terminated")
        for group in groups:
            wait_until(lambda: group_is_gone(group), "the entry point's process group to be gone")
        stopped.wait_for_end("Terminated")
        self.assertEqual([one["status"] for one in stopped.rounds()], ["Terminated"])
        self.mesh.control.release()
        after = self.mesh.start_session(rounds=1, min_clients=2)
        after.wait_for_end()
        self.assert_trail(after, 1)


if __name__ == "__main__":
    unittest.main()
