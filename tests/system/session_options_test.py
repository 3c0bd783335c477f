"""What a session can be told, through real processes: whom to ask, and when to end early."""
import unittest

from mesh_under_test.mesh import MeshTest


class SessionOptionsTest(MeshTest):
    def test_a_session_that_reaches_its_target_ends_early_and_knows_its_best_model(self):
        self.mesh.start(combiners=1, clients=2)
        session = self.mesh.start_session(rounds=1000, min_clients=2, validate=True, early_stop={"target": 0.25})
        session.wait_for_end()
        record, trail = session.record(), session.committed()
        self.assertIn("its target 0.25 is reached", record["reason"])
        self.assertLess(len(trail), 1000)
        best = record["best_model"]
        self.assertGreaterEqual(best["value"], 0.25)  # package's clients say that the accuracy is round / 8
        self.assertEqual(best["value"], best["round"] / 8)
        self.assertEqual(best["model_id"], trail[best["round"] - 1]["model_id"])

    def test_only_the_named_clients_are_asked(self):
        self.mesh.start(combiners=2, clients=4)
        session = self.mesh.start_session(rounds=2, min_clients=2, validate=True,
                                          selection={"clients": ["client-1", "client-4"]})
        session.wait_for_end()
        for one in session.committed():
            self.assertEqual([each["client_id"] for each in one["contributions"]], ["client-1", "client-4"])
            self.assertLessEqual({each["client_id"] for each in one["validations"]}, {"client-1", "client-4"})

    def test_the_clients_that_were_seen_to_be_quick_are_asked_next(self):
        self.mesh.start(combiners=1, clients=4)
        slow = ["client-1", "client-3"]
        self.mesh.control.hold_after(0, slow)
        session = self.mesh.start_session(rounds=1, min_clients=4)
        self.mesh.control.wait_for_training(slow, 1, self.mesh.check)
        self.mesh.wait_for_metric("combiner-1", "fedloom_combiner_updates_accepted_total", 2)
        self.mesh.control.release()
        session.wait_for_end()
        quick = self.mesh.start_session(min_clients=2, selection={"rule": "performance", "fraction": 0.5})
        quick.wait_for_end()
        for one in quick.committed():
            self.assertEqual([each["client_id"] for each in one["contributions"]], ["client-2", "client-4"])


if __name__ == "__main__":
    unittest.main()
