"""Faults that fall together: a power cut, and a combiner that slept through the controller's death."""
import time
import unittest

from mesh_under_test.mesh import MeshTest
from mesh_under_test.struck_mesh import CLIENTS, HALF, StruckMesh, recomputed_trail


class DoubleFaultsTest(unittest.TestCase):
    def setUp(self):
        self.mesh = StruckMesh()
        self.addCleanup(self.mesh.clean_up)
        self.addCleanup(self.mesh.kill_all)
        self.mesh.begin(faults=1)
        self.mesh.take_half()

    def assert_goes_on(self, since):
        self.mesh.outcome(since)
        self.mesh.finish()
        self.mesh.check_trail()

    def test_all_processes_die_at_once_and_the_session_goes_on(self):
        for service in self.mesh.services.values():
            service.kill()
        since = time.monotonic()
        self.mesh.restart_controller()
        for name in ("combiner-1", "combiner-2", *CLIENTS):
            self.mesh.services[name].start()
        self.assert_goes_on(since)

    def test_a_combiner_that_slept_through_its_lease_and_the_term_counts_nobody_twice(self):
        combiner, controller = self.mesh.process("combiner"), self.mesh.services["controller"]
        combiner.halt()
        controller.wait_for("combiner-lost", combiner=combiner.name)
        controller.kill()
        self.mesh.restart_controller()
        # Its clients are placed elsewhere, the half that had answered too: they offer again what they kept.
        self.mesh.wait_for_clients(len(CLIENTS))
        self.mesh.release_round()
        controller.wait_for("round-committed", round=self.mesh.round)
        self.assert_goes_on(combiner.go_on())


class OneOutageTest(MeshTest):
    """With the shipped round_attempts."""
    package = "plain_package"

    def test_clients_that_die_one_after_the_other_are_waited_for_in_the_same_attempt(self):
        self.mesh.start(combiners=2, clients=len(CLIENTS), client={"max_examples": 4})
        self.mesh.control.hold_after(0, HALF)
        session = self.mesh.start_session(rounds=1, requested_clients=-1, min_clients=len(CLIENTS), round_timeout=30)
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        controller = self.mesh.services["controller"]
        for name in HALF:  # the second one when the first has been missed
            self.mesh.services[name].kill()
            controller.wait_for("client-left", client=name)
        controller.wait_for("clients-awaited")
        self.mesh.control.release()
        for name in HALF:
            self.mesh.services[name].start()
        session.wait_for_end()
        (only,) = session.rounds()
        self.assertEqual((only["status"], only["attempt"], only["failures"]), ("Finished", 1, []))
        recomputed_trail(self.mesh, session)


if __name__ == "__main__":
    unittest.main()
