"""Strangers on the mesh's ports, in the middle of a session: counted, logged, and of no consequence."""
import random
import unittest

from mesh_under_test.mesh import MeshTest
from mesh_under_test.stranger import Stranger
from mesh_under_test.waiting import wait_until
from mesh_under_test.zmtp import ListeningPeer, ZmtpConnection, of_version, raw_connection

CLIENTS = ["client-1", "client-2"]
LARGEST_FRAME = 8 * 1024
LARGEST_MESSAGE = 8 << 20


class BadPeerTest(MeshTest):
    def true_frame(self):
        """What a client says first to its controller."""
        ear = ListeningPeer()
        self.mesh.start_client("stranger", controller={"endpoint": ear.endpoint})
        (frame,) = ear.first_message()
        self.assertEqual(self.mesh.services["stranger"].stop(), 0)
        return frame

    def malformed(self, service):
        noun = service.partition("-")[0]
        return self.mesh.admin(service).metric(f"fedloom_{noun}_mesh_frames_malformed_total")

    def talk_nonsense(self, endpoint, frame, dice):
        """Answers the number of messages that have to be counted as malformed."""
        for _ in range(5):  # no ZMTP at all
            with raw_connection(endpoint) as stranger:
                stranger.sendall(dice.randbytes(dice.randrange(1, 2000)))
        half = raw_connection(endpoint)  # a greeting that is never finished
        half.sendall(b"\xff" + bytes(8) + b"\x7f")
        self.addCleanup(half.close)

        peer = ZmtpConnection.dial(endpoint)
        nonsense = [(dice.randbytes(dice.randrange(1, LARGEST_FRAME)),) for _ in range(50)]
        nonsense += [(frame[:length],) for length in range(1, len(frame), 7)]
        nonsense += [(of_version(frame, version),) for version in (0, 2, 65535)]
        nonsense += [(bytes(LARGEST_FRAME + 1),), (dice.randbytes(1 << 20),), (frame, b"payload", b"one part more")]
        for message in nonsense:
            peer.send(*message)
        self.addCleanup(peer.close)

        large = ZmtpConnection.dial(endpoint)
        large.announce(LARGEST_MESSAGE + 1)
        self.assertTrue(large.is_cut())
        large.close()
        return len(nonsense)

    def test_nonsense_on_the_mesh_ports_is_counted_and_the_session_finishes(self):
        dice = random.Random(20)
        self.mesh.start(combiners=1, clients=2)
        frame = self.true_frame()
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=2, min_clients=2)
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        for service in ("controller", "combiner-1"):
            with self.subTest(service):
                before = self.malformed(service)
                said = self.talk_nonsense(self.mesh.endpoint(service), frame, dice)
                wait_until(lambda: self.malformed(service) >= before + said, f"{service} to count {said} bad messages",
                           watch=self.mesh.check)
                self.assertIsNotNone(self.mesh.services[service].log.find("frame-malformed"))
        self.mesh.control.release()
        session.wait_for_end()
        self.assert_trail(session, 2)
        self.mesh.check()

    def test_a_true_frame_with_flipped_bytes_harms_nobody(self):
        dice = random.Random(21)
        self.mesh.start(combiners=1, clients=2)
        frame = self.true_frame()
        for service in ("controller", "combiner-1"):
            peer = ZmtpConnection.dial(self.mesh.endpoint(service))
            self.addCleanup(peer.close)
            for _ in range(500):
                changed = bytearray(frame)
                changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
                peer.send(bytes(changed))
        session = self.mesh.start_session(rounds=2, min_clients=2, requested_clients=2)
        session.wait_for_end()
        self.assert_trail(session, 2)
        self.mesh.check()

    def test_what_a_combiner_says_to_another_term_counts_for_nothing(self):
        self.mesh.start(combiners=1, clients=2)
        self.mesh.control.hold_after(0)
        session = self.mesh.start_session(rounds=1, min_clients=2)
        self.mesh.control.wait_for_training(CLIENTS, 1, self.mesh.check)
        sleeper = Stranger()
        self.addCleanup(sleeper.end)
        line = sleeper.dial(self.mesh.endpoint("controller"))
        sleeper.say(line, "combiner_hello", combiner="sleeper", endpoint="tcp://127.0.0.1:1")
        term = sleeper.hear("combiner_welcome")["term"]
        said = {"lease": 1, "accepted": 2, "session": session.id, "round": 1, "attempt": 1}
        sleeper.say(line, "progress", term=term + 1, **said)
        self.assertEqual(sleeper.hear("refused")["reason"], "unknown_peer")
        sleeper.say(line, "progress", term=term, **said)
        sleeper.hear("round_closed")  # it is heard, and has no such lease
        self.mesh.control.release()
        session.wait_for_end()
        self.assert_trail(session, 1)


if __name__ == "__main__":
    unittest.main()
