"""Every service killed, halted and cut off at the stages of a round: the session ends with the same models, bit for bit.

The whole matrix in full length, with the times of recovery: tools/faults.
"""
import unittest

from mesh_under_test.fault_matrix import LINKS, VICTIMS, Cell, models_without_faults, strike_all
from mesh_under_test.link import Link
from mesh_under_test.struck_mesh import MID_TRANSFER, STAGES

RECOVERY_SECONDS = 5
# So many rounds are compared with those of a session without faults; all of them with what arithmetic foretells.
CALM_FAULTS = 10


class FaultMatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.without_faults = models_without_faults(CALM_FAULTS)

    def strike_all(self, cells):
        for cell, outcome in strike_all(cells, without_faults=self.without_faults):
            with self.subTest(cell):
                self.assertLessEqual(outcome.whole, RECOVERY_SECONDS)

    def test_a_service_killed_at_any_stage_costs_nothing(self):
        self.strike_all([Cell("kill -9", victim, stage) for victim in VICTIMS for stage in STAGES])

    def test_a_service_halted_until_it_is_missed_costs_nothing(self):
        self.strike_all([Cell("SIGSTOP", victim, stage) for victim in VICTIMS
                         for stage in ("open", "half of the updates", "before batch")])

    def test_a_connection_that_is_broken_in_any_way_costs_nothing(self):
        self.strike_all([Cell(fault, victim, "half of the updates") for victim in LINKS
                         for fault in ("reset", *Link.FAULTS)])

    def test_a_connection_that_breaks_in_the_middle_of_a_model_or_a_sum_costs_nothing(self):
        self.strike_all([Cell("reset", victim, stage) for victim in LINKS for stage in MID_TRANSFER])


if __name__ == "__main__":
    unittest.main()
