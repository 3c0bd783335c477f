"""Combiners that come and go while a session runs: no round fails, and nobody's work is done twice."""
import unittest

from mesh_under_test.mesh import MeshTest
from mesh_under_test.struck_mesh import CLIENTS, contributors, recomputed_trail
from mesh_under_test.waiting import wait_until

ROUNDS = 3


class ElasticTest(MeshTest):
    package = "plain_package"

    def begin(self):
        self.leaving = []
        self.mesh.start(combiners=2, clients=len(CLIENTS), client={"max_examples": 4})
        self.mesh.control.hold_after(0, CLIENTS)
        session = self.mesh.start_session(rounds=ROUNDS, requested_clients=-1, min_clients=len(CLIENTS))
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        return session

    def drain(self, name):
        """SIGTERM. It hands over who has not answered, and stays until what it holds has counted."""
        self.mesh.services[name].ask_to_end()
        self.leaving.append(name)
        self.mesh.services["controller"].wait_for("combiner-draining", combiner=name)

    def assert_no_round_failed(self, session):
        self.mesh.control.release()
        session.wait_for_end()
        self.assertEqual([self.mesh.services[name].wait_for_end() for name in self.leaving], [0] * len(self.leaving))
        trail = recomputed_trail(self.mesh, session)
        self.assertEqual([contributors(one) for one in trail], [CLIENTS] * ROUNDS)
        failed = [(one["attempt"], one["reason"], one["failures"]) for one in session.rounds() if one["status"] == "Failed"]
        self.assertEqual(failed, [])
        # The work of the round in which it happened was done once.
        self.assertEqual([len(self.mesh.control.begun(one, 1)) for one in CLIENTS], [1] * len(CLIENTS))

    def test_one_leaves_while_its_clients_train_and_another_joins(self):
        session = self.begin()
        self.mesh.start_combiner("combiner-3")
        self.drain("combiner-1")
        self.assert_no_round_failed(session)
        combiners = {one["combiner"] for one in self.mesh.api.result("/api/v1/clients")}
        self.assertEqual(combiners, {"combiner-2", "combiner-3"})

    def test_one_leaves_with_the_sum_of_those_who_have_answered(self):
        session = self.begin()
        leaver = self.mesh.api.get("/api/v1/clients/client-1")["combiner"]
        self.mesh.control.hold_after(1, ["client-1"])
        self.mesh.wait_for_metric(leaver, "fedloom_combiner_updates_accepted_total", 1)
        self.drain(leaver)
        self.assert_no_round_failed(session)

    def test_the_last_one_leaves_and_its_successor_takes_all_over(self):
        session = self.begin()
        self.drain("combiner-1")
        other = self.mesh.services["combiner-2"]
        wait_until(lambda: len(other.log.all("opened")) == 2, "combiner-2 to take the clients over", watch=self.mesh.check)
        self.drain("combiner-2")
        self.mesh.start_combiner("combiner-3")
        self.assert_no_round_failed(session)


if __name__ == "__main__":
    unittest.main()
