"""Processes that die, come back and come late, in the middle of a round."""
import unittest

from mesh_under_test.link import Link
from mesh_under_test.mesh import MeshTest
from mesh_under_test.waiting import wait_until

# A little more than ZeroMQ's greeting: what follows it in the same piece completes the handshake.
HANDSHAKE_BYTES = 65
CLIENTS = [f"client-{number}" for number in range(1, 5)]


class FaultsTest(MeshTest):
    def begin(self, clients, **config):
        """A session whose first round is held while these clients train."""
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(**config)
        self.mesh.control.wait_for_training(clients, 1, self.mesh.check)
        return session

    def contributors(self, round_record):
        return [one["client_id"] for one in round_record["contributions"]]

    def test_a_client_killed_in_mid_train_costs_its_update_only(self):
        self.mesh.start(combiners=1, clients=3)
        session = self.begin(CLIENTS[:3], rounds=2, min_clients=2)
        self.mesh.services["client-3"].kill()
        self.mesh.services["combiner-1"].wait_for("client-left", client="client-3")
        self.mesh.control.release()
        session.wait_for_end()
        first, second = self.assert_trail(session, 2)
        self.assertEqual(self.contributors(first), CLIENTS[:2])
        self.assertEqual([(one["client_id"], one["error"]) for one in first["failures"]], [("client-3", "client_lost")])
        self.assertEqual((self.contributors(second), second["failures"]), (CLIENTS[:2], []))

    def test_a_combiner_added_in_mid_session_takes_the_next_client(self):
        self.mesh.start(combiners=1, clients=2)
        session = self.begin(CLIENTS[:2], rounds=2, min_clients=2)
        self.mesh.start_combiner("combiner-2")
        self.mesh.start_client("client-3").wait_for("attached")
        self.mesh.wait_for_clients(3)
        self.assertEqual(self.mesh.api.get("/api/v1/clients/client-3")["combiner"], "combiner-2")
        self.mesh.control.release()
        session.wait_for_end()
        first, second = self.assert_trail(session, 2)
        self.assertEqual(self.contributors(first), CLIENTS[:2])
        self.assertEqual(self.contributors(second), CLIENTS[:3])

    def test_the_clients_of_a_killed_combiner_are_placed_elsewhere_and_still_count(self):
        self.kill_a_combiner(controller_lease_ms=500, client_lease_ms=1500)

    def test_clients_that_notice_its_death_first_are_not_sent_back_to_a_killed_combiner(self):
        self.kill_a_combiner(controller_lease_ms=1500, client_lease_ms=500)

    def kill_a_combiner(self, controller_lease_ms, client_lease_ms):
        self.mesh.start(combiners=2, clients=4, controller={"registry": {"lease_ms": controller_lease_ms}},
                        combiner={"clients": {"lease_ms": client_lease_ms}})
        session = self.begin(CLIENTS, rounds=2, min_clients=4)
        self.mesh.services["combiner-1"].kill()
        self.mesh.services["controller"].wait_for("combiner-lost", combiner="combiner-1")
        self.mesh.control.release()
        session.wait_for_end()
        for one in self.assert_trail(session, 2):
            self.assertEqual((self.contributors(one), one["attempt"]), (CLIENTS, 1))
        self.assertEqual({one["combiner"] for one in self.mesh.api.result("/api/v1/clients")}, {"combiner-2"})

    def test_a_killed_combiner_that_comes_back_takes_part_again(self):
        self.mesh.start(combiners=1, clients=2)
        session = self.begin(CLIENTS[:2], rounds=2, min_clients=2)
        self.mesh.services["combiner-1"].kill()
        self.mesh.services["combiner-1"].start().wait_for("welcomed")
        self.mesh.control.release()
        session.wait_for_end()
        for one in self.assert_trail(session, 2):
            self.assertEqual(self.contributors(one), CLIENTS[:2])

    def test_a_killed_controller_goes_on_at_the_same_round_and_attempt(self):
        self.mesh.start(combiners=2, clients=4)
        self.mesh.control.hold_after(1)
        session = self.mesh.start_session(rounds=3, min_clients=4)
        session.wait_for_round(1)
        self.mesh.control.wait_for_training(CLIENTS, 2, self.mesh.check)
        before = session.rounds()
        term = self.mesh.services["controller"].wait_for("listening")["term"]
        self.mesh.services["controller"].kill()
        self.mesh.restart_controller()
        self.assertEqual(self.mesh.services["controller"].wait_for("listening")["term"], term + 1)
        self.assertEqual([(one["round_id"], one["round"], one["attempt"], one["status"]) for one in session.rounds()],
                         [(one["round_id"], one["round"], one["attempt"], one["status"]) for one in before])
        self.mesh.control.release()
        session.wait_for_end()
        trail = self.assert_trail(session, 3)
        self.assertEqual(trail[0], before[0])
        self.assertEqual(trail[1]["round_id"], before[1]["round_id"])
        self.assertEqual([self.contributors(one) for one in trail], [CLIENTS] * 3)
        # The work of round 2 was not done twice: what the clients held was adopted.
        self.assertEqual([len(self.mesh.control.begun(one, 2)) for one in CLIENTS], [1] * 4)

    def test_a_client_comes_back_at_once_by_its_token_and_nobody_else_does(self):
        # With such a lease nobody gets in by waiting.
        self.mesh.start(combiners=1, clients=2, combiner={"clients": {"lease_ms": 600000}})
        self.mesh.services["client-1"].kill()
        self.mesh.services["client-1"].start().wait_for("attached")
        self.assertIsNone(self.mesh.services["client-1"].log.find("turned-away"))

        impostor = self.mesh.start_client("client-1", process="impostor")
        self.assertIn("client_id_taken", str(impostor.wait_for("turned-away")))
        session = self.mesh.start_session(rounds=1, min_clients=2)
        session.wait_for_end()
        self.assertEqual(self.contributors(self.assert_trail(session, 1)[0]), CLIENTS[:2])
        self.assertIsNone(impostor.log.find("attached"))

        # A goodbye ends the lease, and the name is free.
        self.assertEqual(self.mesh.services["client-1"].stop(), 0)
        impostor.wait_for("attached")

    def test_a_client_that_did_not_hear_the_answer_to_its_first_join_joins_again(self):
        link = Link(lambda: self.mesh.endpoint("controller"))
        self.addCleanup(link.close)
        self.mesh.start(combiners=1, clients=0)
        link.arm("half-open", HANDSHAKE_BYTES, towards_caller=True)
        client = self.mesh.start_client("client-1", controller={"endpoint": link.endpoint})
        wait_until(lambda: self.mesh.api.result("/api/v1/clients"), "client-1 to be placed", watch=self.mesh.check)
        link.reset()
        client.wait_for("attached", since=link.mend())
        self.assertIsNone(client.log.find("turned-away"))

    def test_sigterm_in_mid_round_ends_every_service_with_0(self):
        self.mesh.start(combiners=2, clients=4, combiner={"drain_limit_ms": 1000})
        self.begin(CLIENTS, rounds=2)
        self.assertEqual(self.mesh.services["client-1"].stop(), 0)
        self.assertEqual(self.mesh.services["combiner-1"].stop(), 0)
        wait_until(lambda: self.mesh.api.get("/api/v1/combiners/combiner-1")["status"] == "offline",
                   "the goodbye of combiner-1")
        self.assertEqual(self.mesh.services["controller"].stop(), 0)
        self.assertEqual(self.mesh.services["combiner-2"].stop(), 0)
        self.assertEqual([self.mesh.services[name].stop() for name in CLIENTS[1:]], [0, 0, 0])


if __name__ == "__main__":
    unittest.main()
