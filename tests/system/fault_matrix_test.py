"""Every service killed, halted and cut off at the stages of a round: the session ends with the same models, bit for bit.

The whole matrix in full length, with the times of recovery: tools/faults.
"""
import multiprocessing
import unittest

from mesh_under_test.fault_matrix import LINKS, VICTIMS, Cell, models_without_faults, strike_all
from mesh_under_test.link import Link
from mesh_under_test.struck_mesh import MID_TRANSFER, RECOVERY_SECONDS, STAGES

# So many at once: most of a fault's time is waiting for it to be noticed.
MESHES = 4
# So many rounds are compared with those of a session without faults; all of them with what arithmetic foretells.
CALM_FAULTS = 10


def strike(cells, without_faults):
    return list(strike_all(cells, without_faults=without_faults))


class FaultMatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.meshes = multiprocessing.Pool(MESHES, maxtasksperchild=1)
        cls.addClassCleanup(cls.meshes.terminate)
        cls.without_faults = cls.meshes.apply(models_without_faults, (CALM_FAULTS,))

    def strike_all(self, *batches):
        """Each batch strikes a mesh of its own."""
        jobs = [self.meshes.apply_async(strike, (batch, self.without_faults)) for batch in batches]
        for batch, job in zip(batches, jobs):
            with self.subTest(batch[0].title()):
                for cell, outcome in job.get():
                    self.assertLessEqual(outcome.recovery, RECOVERY_SECONDS, cell)

    def test_a_service_killed_at_any_stage_costs_nothing(self):
        self.strike_all(*([Cell("kill -9", victim, stage) for stage in STAGES] for victim in VICTIMS))

    def test_a_service_that_is_missed_before_it_is_started_again_costs_nothing(self):
        self.strike_all(*([Cell("outage", victim, stage) for stage in ("half of the updates", "before batch")]
                          for victim in VICTIMS))

    def test_a_service_halted_until_it_is_missed_costs_nothing(self):
        self.strike_all(*([Cell("SIGSTOP", victim, stage) for stage in ("open", "half of the updates", "before batch")]
                          for victim in VICTIMS))

    def test_a_connection_that_is_broken_in_any_way_costs_nothing(self):
        self.strike_all(*([Cell(fault, victim, "half of the updates") for fault in faults] for victim in LINKS
                          for faults in (("reset", *Link.FAULTS[:2]), Link.FAULTS[2:])))

    def test_a_connection_that_breaks_in_the_middle_of_a_model_or_a_sum_costs_nothing(self):
        self.strike_all(*([Cell("reset", victim, stage) for stage in MID_TRANSFER] for victim in LINKS))


if __name__ == "__main__":
    unittest.main()
