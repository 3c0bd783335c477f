"""A session that asks more clients than it needs: the first of them make the model, the others hear that they may stop."""
import unittest

from mesh_under_test.control import group_is_gone
from mesh_under_test.mesh import MeshTest
from mesh_under_test.struck_mesh import CLIENTS, contributors, recomputed_trail
from mesh_under_test.waiting import wait_until


class OverSelectionTest(MeshTest):
    package = "plain_package"

    def begin(self, **config):
        watched = {"metrics": {"enabled": True, "port": 0}}
        self.mesh.start(combiners=2, clients=len(CLIENTS), client={"max_examples": 4, **watched})
        self.mesh.control.hold_after(0, CLIENTS)
        return self.mesh.start_session(requested_clients=2, over_selection=1.0, min_clients=2, **config)

    def groups(self, client, round_number):
        return [group for _, group in self.mesh.control.begun(client, round_number)]

    def test_the_first_that_were_wanted_count_and_the_entry_points_of_the_others_end(self):
        session = self.begin(rounds=2)
        control = self.mesh.control
        for number, first in enumerate((["client-2", "client-4"], ["client-1", "client-3"]), 1):
            control.wait_for_training(CLIENTS, number, self.mesh.check)  # all four: twice as many as were wanted
            others = [group for one in CLIENTS if one not in first for group in self.groups(one, number)]
            control.hold_after(number, first)
            session.wait_for_round(number)
            wait_until(lambda: all(map(group_is_gone, others)), "the other trainings to end", watch=self.mesh.check)
        session.wait_for_end()
        trail = recomputed_trail(self.mesh, session)
        self.assertEqual([contributors(one) for one in trail], [["client-2", "client-4"], ["client-1", "client-3"]])
        self.assertEqual([one["attempt"] for one in trail], [1, 1])

    def test_an_update_that_comes_after_them_is_answered_by_not_needed(self):
        session = self.begin(rounds=1)
        control, late = self.mesh.control, self.mesh.services["client-3"]
        control.wait_for_training(CLIENTS, 1, self.mesh.check)
        late.arm("before-offer", "kill")  # or else it would be told to stop before it has offered
        control.release("client-3")
        late.wait_for_kill()
        control.release("client-1", "client-2")
        session.wait_for_end()
        late.start()
        self.mesh.wait_for_metric("client-3", "fedloom_client_receipts_total", 1)
        self.assertIn('receipts_total{verdict="not_needed"} 1', self.mesh.admin("client-3").text("/metrics"))
        self.assertEqual([contributors(one) for one in recomputed_trail(self.mesh, session)], [["client-1", "client-2"]])


if __name__ == "__main__":
    unittest.main()
