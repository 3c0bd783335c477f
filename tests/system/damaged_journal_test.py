"""A combiner's journal that is damaged is set aside, and costs nothing: it is an index of what the clients still keep."""
import unittest

from mesh_under_test.folders import content_of, flipped
from mesh_under_test.mesh import MeshTest

EARLY, LATE = "client-1", "client-2"


class DamagedJournalTest(MeshTest):
    def journal_file(self, part):
        """The newest such file, and the larger one of two."""
        found = [file for file in (self.mesh.folder / "combiner-1" / "journal").iterdir()
                 if part in file.name and file.stat().st_size]
        self.assertTrue(found, f"no file {part}")
        return max(found, key=lambda file: (file.stat().st_size, file.name))

    def damage(self, part):
        file = self.journal_file(part)
        content = file.read_bytes()
        file.write_bytes(flipped(content, len(content) // 3))

    def test_a_combiner_whose_journal_is_damaged_goes_on_with_the_same_round(self):
        parts = [".log", "MANIFEST", "CURRENT", ".log"]
        self.mesh.start(combiners=1, clients=2)
        combiner, control = self.mesh.services["combiner-1"], self.mesh.control
        folder = self.mesh.folder / "combiner-1"
        control.hold_after(0)
        session = self.mesh.start_session(rounds=len(parts), min_clients=2)
        for number, part in enumerate(parts, 1):
            with self.subTest(part, round=number):
                control.wait_for_training([EARLY, LATE], number, self.mesh.check)
                accepted = "fedloom_combiner_updates_accepted_total"
                before = self.mesh.admin("combiner-1").metric(accepted)
                control.hold_after(number, [EARLY])
                self.mesh.wait_for_metric("combiner-1", accepted, before + 1)
                combiner.kill()
                self.damage(part)
                damaged = content_of(folder / "journal")
                combiner.start().wait_for("welcomed")
                said = combiner.log.find("journal-set-aside")
                self.assertEqual(said["level"], "warn")
                self.assertEqual(said["moved_to"], str(folder / f"journal.damaged-{number}"))
                self.assertEqual(content_of(folder / f"journal.damaged-{number}"), damaged)
                self.assertEqual(self.mesh.admin("combiner-1").metric("fedloom_combiner_journals_set_aside_total"), 1)
                control.hold_after(number)
                session.wait_for_round(number)
        session.wait_for_end()
        for one in self.assert_trail(session, len(parts)):
            self.assertEqual(([each["client_id"] for each in one["contributions"]], one["attempt"]), ([EARLY, LATE], 1))
        self.assertEqual([len(control.begun(EARLY, number)) for number in range(1, len(parts) + 1)], [1] * len(parts),
                         "what had been accepted is offered again, not trained again")
        self.assertEqual(sorted(file.name for file in folder.glob("journal*")),
                         ["journal", *(f"journal.damaged-{number}" for number in (2, 3, 4))])


if __name__ == "__main__":
    unittest.main()
