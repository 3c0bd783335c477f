"""Server optimizers through real processes: the formula in every bit, whatever dies, with any number of combiners."""
import unittest

from mesh_under_test import arithmetic
from mesh_under_test.mesh import Mesh, MeshTest
from mesh_under_test.struck_mesh import CLIENTS

PLAIN = {"client": {"max_examples": 4}}
ROUNDS = 4
BETA = 0.5


def momentum_models(model):
    """The models of a session with fedavgm, learning rate 1: few enough rounds that float32 holds them exactly."""
    momentum = None
    while True:
        mean = arithmetic.next_model(model, CLIENTS)
        gradient = [[new - old for new, old in zip(after[1], before[1])] for after, before in zip(mean, model)]
        momentum = gradient if momentum is None else [[BETA * m + g for m, g in zip(*both)]
                                                      for both in zip(momentum, gradient)]
        model = [(shape, [x + m for x, m in zip(values, moved)]) for (shape, values), moved in zip(model, momentum)]
        yield model


class OptimizerTest(MeshTest):
    package = "plain_package"

    def begin(self, mesh, combiners, **config):
        mesh.start(combiners=combiners, clients=len(CLIENTS), **PLAIN)
        return mesh.start_session(rounds=ROUNDS, min_clients=len(CLIENTS), round_attempts=5, **config)

    def assert_momentum(self, session):
        trail = session.committed()
        self.assertEqual(len(trail), ROUNDS)
        for one, expected in zip(trail, momentum_models(self.mesh.seed)):
            self.assertEqual(self.mesh.model(one["model_id"]), expected, one["round"])

    def test_momentum_is_the_formula_though_the_controller_dies_between_blobs_and_batch(self):
        control = self.mesh.control
        control.hold_after(1, CLIENTS)
        session = self.begin(self.mesh, 2, aggregator="fedavgm",
                             aggregator_kwargs={"learning_rate": 1.0, "beta": BETA})
        control.wait_for_training(CLIENTS, 2, self.mesh.check)
        controller = self.mesh.services["controller"]
        controller.arm("before-batch", "kill")
        control.release()
        controller.wait_for_kill()
        self.mesh.restart_controller()
        session.wait_for_end()
        self.assert_momentum(session)

    def test_adam_makes_the_same_models_with_one_combiner_and_with_three(self):
        adam = {"aggregator": "fedopt", "aggregator_kwargs": {"serveropt": "adam", "learning_rate": 0.1}}
        other = Mesh(self.package)
        self.addCleanup(other.clean_up)
        self.addCleanup(other.end)
        trails = []
        for mesh, combiners in ((self.mesh, 1), (other, 3)):
            session = self.begin(mesh, combiners, **adam)
            session.wait_for_end()
            trails.append([one["model_id"] for one in session.committed()])
        self.assertEqual(trails[0], trails[1])
        self.assertEqual(len(set(trails[0])), ROUNDS)

    def test_a_finished_session_goes_on_with_its_momentum(self):
        session = self.begin(self.mesh, 1, aggregator="fedavgm",
                             aggregator_kwargs={"learning_rate": 1.0, "beta": BETA})
        session.wait_for_end()
        self.mesh.services["controller"].kill()
        self.mesh.restart_controller()
        self.mesh.wait_for_clients(len(CLIENTS))
        self.mesh.api.post("/api/v1/sessions/start", {"session_id": session.id, "rounds": 1})
        again = type(session)(self.mesh, session.id)
        again.wait_for_round(ROUNDS + 1)
        expected = [model for model, _ in zip(momentum_models(self.mesh.seed), range(ROUNDS + 1))]
        self.assertEqual(self.mesh.model(again.committed()[-1]["model_id"]), expected[-1])


if __name__ == "__main__":
    unittest.main()
