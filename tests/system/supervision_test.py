"""Every permanent child of every service, killed in turn while a round runs."""
import unittest

from mesh_under_test.mesh import MeshTest

CLIENTS = ["client-1", "client-2"]
# No supervisor sees more than three of these deaths, which is its budget.
CHILDREN = {
    "controller": ["registry", "hand_out", "reduction", "session"],
    "combiner-1": ["uplink", "model_cache", "roster", "collection"],
    "client-1": ["membership/client-1", "tasks/client-1"],
}
KILLABLE = {"testing": {"kill_children": True}}


class SupervisionTest(MeshTest):
    def start_all(self):
        self.mesh.start(combiners=1, clients=2, controller=KILLABLE, combiner=KILLABLE,
                        client={**KILLABLE, "metrics": {"enabled": True, "port": 0}})

    def test_the_list_of_children_is_complete(self):
        self.start_all()
        for service, children in CHILDREN.items():
            listed = self.mesh.admin(service).children()
            supervisors = {child["supervisor"] for child in listed.values()}
            self.assertEqual(set(listed) - supervisors, set(children))

    def test_each_child_killed_in_mid_round_comes_back_and_the_round_commits(self):
        self.start_all()
        victims = [(service, child) for service, children in CHILDREN.items() for child in children]
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=len(victims), requested_clients=2, min_clients=2)
        for number, (service, child) in enumerate(victims, 1):
            self.mesh.control.wait_for_training(CLIENTS, number, self.mesh.check)
            self.kill(service, child)
            self.mesh.control.hold_after(number)
            session.wait_for_round(number)
        session.wait_for_end()
        for one in self.assert_trail(session, len(victims)):
            self.assertEqual([each["client_id"] for each in one["contributions"]], CLIENTS)

    def kill(self, service, child):
        admin = self.mesh.admin(service)
        restarts = admin.children()[child]["restarts"]
        admin.kill(child)
        admin.wait_for_restart(child, restarts + 1, self.mesh.check)


if __name__ == "__main__":
    unittest.main()
