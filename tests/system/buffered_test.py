"""Buffered asynchronous rounds: so many answers, whosever they are, make the next model; who is slow counts when he comes,
at a discount."""
import unittest

from mesh_under_test import arithmetic
from mesh_under_test.mesh import MeshTest

CLIENTS = ["client-1", "client-2", "client-3"]
SLOW = "client-2"


class BufferedTest(MeshTest):
    package = "plain_package"

    def recomputed(self, session):
        """The committed rounds, each with the model that the record's updates make, in every bit: each update moves the
        model by as much as it had moved its own parent (I-11)."""
        trail, models = session.committed(), [self.mesh.seed]
        for one in trail:
            self.assertEqual(one["weight"], sum(each["weight"] for each in one["contributions"]), one)
            updates = [(models[each["from_round"] - 1], each["client_id"], each["weight"]) for each in one["contributions"]]
            models.append(arithmetic.buffered_model(models[-1], updates))
            self.assertEqual(self.mesh.model(one["model_id"]), models[-1], one)
        return trail

    def test_a_slow_client_counts_with_the_weight_of_its_staleness_and_nobody_waits_for_it(self):
        self.mesh.start(combiners=2, clients=len(CLIENTS), client={"max_examples": 4})
        control = self.mesh.control
        control.hold_after(0, [SLOW])
        control.hold_after(1, ["client-3"])
        session = self.mesh.start_session(rounds=3, requested_clients=-1, min_clients=2, round_buffer_size=2,
                                          late_updates="buffered", max_staleness=3, staleness_exponent=1)
        control.wait_for_training([SLOW], 1, self.mesh.check)
        session.wait_for_round(1)  # without the slow one
        control.wait_for_training(["client-3"], 2, self.mesh.check)  # the next to be slow
        control.release(SLOW)
        session.wait_for_end()
        first, second, third = self.recomputed(session)
        self.assertEqual(self.shares(first), [("client-1", 1, 1024), ("client-3", 1, 2048)])
        self.assertEqual(self.shares(second), [("client-1", 2, 1024), (SLOW, 1, 512)])
        self.assertEqual(self.shares(third), [("client-1", 3, 1024), (SLOW, 3, 1024)])
        self.assertEqual(len(control.begun(SLOW, 1)), 1, "what was late is not trained again")

    @staticmethod
    def shares(one):
        return [(each["client_id"], each["from_round"], each["weight"]) for each in one["contributions"]]


if __name__ == "__main__":
    unittest.main()
