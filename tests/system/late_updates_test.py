"""A session that admits late updates: who misses a round's deadline goes on, and counts in the next one at a discount."""
import unittest

from mesh_under_test.mesh import MeshTest
from mesh_under_test.waiting import wait_until

CLIENTS = ["client-1", "client-2", "client-3"]


class LateUpdatesTest(MeshTest):
    package = "plain_package"

    def test_a_straggler_counts_in_the_next_round_and_trains_once(self):
        self.mesh.start(combiners=2, clients=len(CLIENTS), client={"max_examples": 4})
        self.mesh.control.hold_after(0, ["client-3"])
        session = self.mesh.start_session(
            rounds=2, requested_clients=-1, min_clients=2, round_timeout=4, late_updates="carry", validate=False
        )
        self.mesh.control.wait_for_training(["client-3"], 1, self.mesh.check)

        def is_committed():
            return any(one["status"] == "Finished" for one in session.rounds())

        wait_until(is_committed, "the first round to be closed at its deadline", watch=self.mesh.check)
        self.mesh.control.release()
        session.wait_for_end()
        first, second = sorted(session.rounds(), key=lambda one: one["round"])
        self.assertEqual([(one["client_id"], one["error"]) for one in first["failures"]], [("client-3", "late")])
        late = second["contributions"][-1]
        self.assertEqual((late["client_id"], late["from_round"]), ("client-3", 1))
        self.assertEqual(late["weight"], late["num_examples"] * 724, "1024 / sqrt(2)")
        self.assertEqual(second["weight"], sum(one["weight"] for one in second["contributions"]))
        self.assertEqual(len(self.mesh.control.begun("client-3", 1)), 1)


if __name__ == "__main__":
    unittest.main()
