"""Members of the mesh that lie: a client with an update that is far too large, old or sent twice, a combiner with the
part of another. Each is told so; nothing of it counts."""
import unittest

from mesh_under_test import arrays
from mesh_under_test.mesh import SESSION, MeshTest
from mesh_under_test.rest import Session
from mesh_under_test.stranger import Stranger, about, trained

GOOD, LIAR = ["client-1", "client-2"], "client-3"
EXAMPLES = 10
SIZES = [len(values) for _, values in arrays.SEED]
# Nobody is lost for saying no heartbeats.
PATIENT = {"controller": {"registry": {"lease_ms": 600000}}, "combiner": {"clients": {"lease_ms": 600000}}}
LARGE_FLOATS = 10 * 2**20 // 4
CHUNK_BYTES = 2**20


class BadClientTest(MeshTest):
    def setUp(self):
        super().setUp()
        self.mesh.start(combiners=1, clients=2, **PATIENT)
        self.liar = Stranger()
        self.addCleanup(self.liar.end)

    def join(self):
        home = self.liar.join(LIAR, self.mesh.endpoint("controller"), max_examples=EXAMPLES)
        self.mesh.wait_for_clients(3)
        return home

    def contributors(self, one):
        return [each["client_id"] for each in one["contributions"]]

    def offer_honestly(self, home, task, payload):
        self.liar.say(home, "offer", **about(task), transfer=1, parent=task["model"], example_count=EXAMPLES,
                      payload=payload)

    def memory(self, service):
        return self.mesh.admin(service).metric("process_resident_memory_bytes")

    def start_large_session(self):
        file = self.mesh.folder / "large.npz"
        file.write_bytes(arrays.npz_of_zeros(LARGE_FLOATS))
        config = {**SESSION, "requested_clients": 3, "min_clients": 2}
        body = {"name": "large", "seed_model_id": self.mesh.api.upload_model(file, "large"), "session_config": config}
        session = Session(self.mesh, self.mesh.api.post("/api/v1/sessions", body)["session_id"])
        self.mesh.api.post("/api/v1/sessions/start", {"session_id": session.id})
        return session

    def test_3_gb_announced_to_a_10_mb_session_are_refused_and_cost_no_memory(self):
        home = self.join()
        self.mesh.control.hold_after(0)
        session = self.start_large_session()
        task = self.liar.hear("task")
        self.mesh.control.wait_for_training(GOOD, 1, self.mesh.check)
        before = self.memory("combiner-1")
        self.liar.say(home, "offer", **about(task), transfer=7, parent=task["model"], content="ab" * 16,
                      stream_bytes=3 * 2**30, example_count=EXAMPLES)
        receipt = self.liar.hear("receipt")
        self.assertEqual((receipt["verdict"], receipt["reason"], about(receipt)), ("rejected", "too_large", about(task)))
        for index in range(32):  # it sends what nobody has granted
            self.liar.say(home, "chunk", transfer=7, index=index, payload="00" * CHUNK_BYTES)
        self.liar.say(home, "offer", **about(task), transfer=8, parent=task["model"], content="ab" * 16,
                      stream_bytes=2**63, example_count=EXAMPLES)
        self.assertEqual(self.liar.hear("receipt")["reason"], "too_large")  # all before it has been taken in
        self.assertLess(self.memory("combiner-1") - before, 24 * 2**20)
        self.mesh.control.release()
        session.wait_for_end()
        (one,) = session.committed()
        self.assertEqual(self.contributors(one), GOOD)
        self.assertEqual([(each["client_id"], each["error"]) for each in one["failures"]], [(LIAR, "too_large")])
        ((_, values),) = self.mesh.model(one["model_id"])
        self.assertEqual(set(values), {1.0})

    def test_an_update_counts_once_however_often_and_whenever_it_is_sent(self):
        home = self.join()
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=2, requested_clients=3, min_clients=3)
        first = self.liar.hear("task")
        payload = trained(first["payload"], SIZES)
        for _ in range(3):
            self.offer_honestly(home, first, payload)
            self.assertEqual(self.liar.hear("receipt")["verdict"], "accepted")
        self.mesh.control.hold_after(1)
        self.assertEqual(self.liar.hear("receipt", verdict="counted")["round"], 1)

        second = self.liar.hear("task")
        self.offer_honestly(home, first, payload)  # round 1 once more: no answer but these, and it does not count
        self.assertIn(self.liar.hear("receipt", round=1)["verdict"], ("counted", "not_needed"))
        self.offer_honestly(home, {**second, "model": first["model"]}, payload)  # the old one under the new name
        self.assertEqual(self.liar.hear("receipt", round=2)["reason"], "wrong_parent")
        self.offer_honestly(home, second, trained(second["payload"], SIZES))  # it thinks better of it
        self.assertEqual(self.liar.hear("receipt", round=2)["verdict"], "accepted")
        self.mesh.control.release()
        session.wait_for_end()
        for one in self.assert_trail(session, 2):
            self.assertEqual((self.contributors(one), one["weight"]), ([*GOOD, LIAR], 3 * EXAMPLES))

    def test_a_combiner_cannot_hand_in_what_it_was_not_asked_for(self):
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=1, requested_clients=2, min_clients=2)
        self.mesh.control.wait_for_training(GOOD, 1, self.mesh.check)
        door = self.liar.dial(self.mesh.endpoint("controller"))
        self.liar.say(door, "combiner_hello", combiner="combiner-2", endpoint="tcp://127.0.0.1:1", max_clients=0)
        term = self.liar.hear("combiner_welcome")["term"]
        (key,) = [{"session": session.id, "round": one["round"], "attempt": one["attempt"]} for one in session.rounds()]
        open_lease = (term << 32) + 1
        lie = {"weight": 1000, "contributions": GOOD, **key}
        for lease, said_term in ((open_lease, term), (open_lease, term - 1), (open_lease + 1000, term),
                                 (open_lease - (1 << 32), term - 1)):
            self.liar.say(door, "progress", lease=lease, term=said_term, accepted=2, **key)
            self.liar.say(door, "partial", lease=lease, term=said_term, **lie)
        for lease in (open_lease + 1000, open_lease - (1 << 32)):
            self.assertFalse(self.liar.hear("round_closed", lease=lease)["counted"])
        self.assertEqual([one["status"] for one in session.rounds()], ["Open"])
        self.mesh.control.release()
        session.wait_for_end()
        (one,) = self.assert_trail(session, 1)
        self.assertEqual((self.contributors(one), one["weight"]), (GOOD, 2 * EXAMPLES))


if __name__ == "__main__":
    unittest.main()
