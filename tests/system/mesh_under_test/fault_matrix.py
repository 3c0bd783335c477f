"""The cells of the fault matrix: what is struck, when, and by what. Run in short by fault_matrix_test.py, in full by
tools/faults."""
from dataclasses import dataclass

from .arrays import SEED, large_seed
from .link import Link
from .struck_mesh import AS_SHIPPED, MID_TRANSFER, STAGES, StruckMesh

VICTIMS = ("controller", "combiner", "client")
LINKS = {"client": "client to combiner", "combiner": "combiner to controller"}
# A connection matters while something passes over it.
LINK_STAGES = ("open", "handed out", "half of the updates", "reducing")
# A delay is the same at any byte.
TRANSFER_FAULTS = ("reset", *(fault for fault in Link.FAULTS if fault != "delay"))
HALT_SECONDS = 10


@dataclass(frozen=True)
class Cell:
    fault: str  # kill -9, SIGSTOP, reset, or one of Link.FAULTS
    victim: str  # one of VICTIMS, or of LINKS
    stage: str

    @property
    def is_link(self):
        return self.fault == "reset" or self.fault in Link.FAULTS

    def title(self):
        return f"{self.fault}, {LINKS[self.victim] if self.is_link else self.victim}"

    def strike(self, mesh, seconds):
        if self.fault == "kill -9":
            return mesh.kill(self.victim, self.stage)
        if self.fault == "SIGSTOP":
            return mesh.halt(self.victim, self.stage, seconds)
        return mesh.cut(self.victim, self.stage, self.fault, seconds)


def batches():
    """All cells, by fault and victim: each batch is for one mesh."""
    yield from ([Cell("kill -9", victim, stage) for stage in STAGES] for victim in VICTIMS)
    yield from ([Cell("SIGSTOP", victim, stage) for stage in STAGES] for victim in VICTIMS)
    yield from ([Cell(fault, victim, stage) for stage in LINK_STAGES]
                for fault in ("reset", *Link.FAULTS) for victim in LINKS)
    yield from ([Cell(fault, victim, stage) for fault in TRANSFER_FAULTS for stage in MID_TRANSFER] for victim in LINKS)


def strike_all(cells, seconds=None, as_shipped=False, without_faults=None):
    """(cell, outcome) of one after the other, in one session on one mesh; at its end everything is checked."""
    if any(cell.stage in MID_TRANSFER for cell in cells):
        seed, without_faults = large_seed(), None  # arithmetic foretells these models too
    else:
        seed = SEED
    mesh = StruckMesh(AS_SHIPPED if as_shipped else None, has_links=cells[0].is_link)
    try:
        mesh.begin(len(cells), seed)
        for cell in cells:
            try:
                yield cell, cell.strike(mesh, seconds)
            except Exception as problem:
                what = str(problem).partition("\n")[0]  # the logs follow for all services
                raise AssertionError(f"{cell.title()}, {cell.stage}: {what}\n{mesh.tails()}") from problem
        mesh.finish()
        mesh.check_trail(without_faults)
        ends = mesh.end()
        assert not any(ends.values()), f"exit statuses {ends}"
    finally:
        mesh.kill_all()
        mesh.clean_up()


def models_without_faults(faults):
    """The ids of all models of a session on which so many faults could be laid."""
    mesh = StruckMesh()
    try:
        mesh.begin(faults)
        mesh.finish()
        return mesh.check_trail()
    finally:
        mesh.kill_all()
        mesh.clean_up()
