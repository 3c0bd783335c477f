"""Rounds in which not all clients count: the model is made of the updates that the record lists, and of no others."""
import unittest

from mesh_under_test.mesh import MeshTest
from mesh_under_test.struck_mesh import CLIENTS, contributors, recomputed_trail


class OtherSetsTest(MeshTest):
    package = "plain_package"

    def begin(self, **config):
        self.mesh.start(combiners=2, clients=len(CLIENTS), client={"max_examples": 4})
        self.mesh.control.hold_after(0, CLIENTS)
        session = self.mesh.start_session(requested_clients=-1, **config)
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        return session

    def test_a_client_that_never_returns_is_left_out(self):
        session = self.begin(rounds=3, min_clients=3)
        self.mesh.services["client-3"].kill()
        self.mesh.control.release()
        session.wait_for_end()
        left = [one for one in CLIENTS if one != "client-3"]
        self.assertEqual([contributors(one) for one in recomputed_trail(self.mesh, session)], [left] * 3)
        first = session.rounds()[0]
        self.assertEqual([(one["client_id"], one["error"]) for one in first["failures"]], [("client-3", "client_lost")])

    def test_the_first_k_of_n_end_the_round(self):
        session = self.begin(rounds=2, min_clients=2, round_buffer_size=2)
        self.mesh.control.hold_after(1, ["client-2", "client-4"])
        session.wait_for_round(1)
        self.mesh.control.hold_after(2, ["client-1", "client-3"])
        session.wait_for_end()
        self.assertEqual([contributors(one) for one in recomputed_trail(self.mesh, session)],
                         [["client-2", "client-4"], ["client-1", "client-3"]])

    def test_a_killed_combiner_with_half_of_the_updates_leaves_none_of_them_behind(self):
        # Quorum is 2: the round may end without those that the dead combiner held, or with them offered again.
        session = self.begin(rounds=2, min_clients=2)
        self.mesh.control.hold_after(1, CLIENTS[:2])
        self.mesh.wait_for_metric(["combiner-1", "combiner-2"], "fedloom_combiner_updates_accepted_total", 2)
        combiner = self.mesh.api.get("/api/v1/clients/client-1")["combiner"]
        self.mesh.services[combiner].kill()
        self.mesh.control.release()
        session.wait_for_end()
        self.assertGreaterEqual(min(map(len, map(contributors, recomputed_trail(self.mesh, session)))), 2)


if __name__ == "__main__":
    unittest.main()
