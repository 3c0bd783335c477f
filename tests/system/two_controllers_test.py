"""A second controller on a store that is in use is refused, and the first does not notice."""
import unittest

from mesh_under_test.mesh import MeshTest

STORAGE = 4
CLIENTS = ["client-1", "client-2"]


class TwoControllersTest(MeshTest):
    def test_the_second_on_one_store_is_refused_with_its_reason(self):
        self.mesh.start(combiners=1, clients=2)
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=2, min_clients=2)
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        first = self.mesh.services["controller"]
        elsewhere = {"mesh": {"bind": "tcp://127.0.0.1:0"}, "http": {"port": 0}}
        second = self.mesh.add("second", "fedloom-controller", {**first.config, **elsewhere})
        self.assertEqual(second.wait_for_end(), STORAGE)
        said = " ".join(second.log.others)  # standard error, for whoever started it
        self.assertIn(str(self.mesh.folder / "controller"), said)
        self.assertIn("is in use", said)
        self.mesh.control.release()
        session.wait_for_end()
        self.assert_trail(session, 2)


if __name__ == "__main__":
    unittest.main()
