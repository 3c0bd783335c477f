"""Entry points that do what they should not: the round goes on with the others, and its record says why."""
import unittest

from mesh_under_test.mesh import MeshTest

GOOD, BAD = ["client-1", "client-2"], "client-3"
# What train.py does, the error's code, and a part of its text.
KINDS = [
    ("exit", "entry_point_failed", "the disk of this data owner is on fire"),
    ("chatter", "entry_point_failed", "the last line of ten megabytes"),
    ("no_output", "no_output", "wrote no model"),
    ("no_metadata", "no_output", "metadata"),
    ("nan", "not_finite", "1"),
    ("other_shape", "wrong_shape", "1"),
]


class BadUpdateTest(MeshTest):
    def check_failure(self, one, error, text):
        self.assertEqual([each["client_id"] for each in one["contributions"]], GOOD)
        self.assertEqual([(each["client_id"], each["error"]) for each in one["failures"]], [(BAD, error)])
        self.assertIn(text, one["failures"][0]["reason"])
        self.assertEqual((one["weight"], one["attempt"]), (20, 1))

    def test_each_kind_is_listed_with_its_reason_and_costs_nothing_else(self):
        self.mesh.start(combiners=1, clients=3)
        for number, (how, _, _) in enumerate(KINDS, 1):
            self.mesh.control.behave(BAD, number, how)
        session = self.mesh.start_session(rounds=len(KINDS) + 1, requested_clients=3, min_clients=2)
        session.wait_for_end()
        *faulty, last = self.assert_trail(session, len(KINDS) + 1)
        for one, (how, error, text) in zip(faulty, KINDS):
            with self.subTest(how):
                self.check_failure(one, error, text)
        self.assertEqual([each["client_id"] for each in last["contributions"]], [*GOOD, BAD])

    def test_one_that_hangs_is_killed_at_the_rounds_deadline(self):
        self.mesh.start(combiners=1, clients=3)
        self.mesh.control.behave(BAD, 1, "hang")
        session = self.mesh.start_session(rounds=2, requested_clients=3, min_clients=2, round_timeout=4)
        session.wait_for_end()
        first, second = self.assert_trail(session, 2)
        self.assertEqual([each["client_id"] for each in first["contributions"]], GOOD)
        self.assertEqual([each["client_id"] for each in first["failures"]], [BAD])
        self.assertIn(first["failures"][0]["error"], ("timed_out", "entry_point_timed_out", "late"))
        self.assertEqual([each["client_id"] for each in second["contributions"]], [*GOOD, BAD])


if __name__ == "__main__":
    unittest.main()
