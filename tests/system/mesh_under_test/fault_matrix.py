"""The cells of the fault matrix: what is struck, when, and by what. Run in short by fault_matrix_test.py, in full by
tools/faults."""
import pathlib
import shutil
import tempfile
from dataclasses import dataclass

from .arrays import SEED, large_seed
from .link import Link
from .struck_mesh import AS_SHIPPED, MID_TRANSFER, RECOVERY_SECONDS, STAGES, StruckMesh

VICTIMS = ("controller", "combiner", "client")
LINKS = {"client": "client to combiner", "combiner": "combiner to controller"}
# What is dead stands still: where it was struck matters less than for SIGSTOP.
OUTAGE_STAGES = ("open", "handed out", "half of the updates", "closing", "reducing", "before batch")
# A connection matters while something passes over it.
LINK_STAGES = ("open", "handed out", "half of the updates", "reducing")
# A delay is the same at any byte.
TRANSFER_FAULTS = ("reset", *(fault for fault in Link.FAULTS if fault != "delay"))
HALT_SECONDS = 10


@dataclass(frozen=True)
class Cell:
    fault: str  # kill -9, outage, SIGSTOP, reset, or one of Link.FAULTS
    victim: str  # one of VICTIMS, or of LINKS
    stage: str

    @property
    def is_link(self):
        return self.fault == "reset" or self.fault in Link.FAULTS

    def __str__(self):
        return f"{self.title()}, {self.stage}"

    def title(self):
        return f"{self.fault}, {LINKS[self.victim] if self.is_link else self.victim}"

    def strike(self, mesh, seconds):
        if self.fault == "kill -9":
            return mesh.kill(self.victim, self.stage)
        if self.fault == "outage":
            return mesh.kill(self.victim, self.stage, seconds)
        if self.fault == "SIGSTOP":
            return mesh.halt(self.victim, self.stage, seconds)
        return mesh.cut(self.victim, self.stage, self.fault, seconds)


def batches():
    """All cells, by fault and victim: each batch is for one mesh."""
    yield from ([Cell("kill -9", victim, stage) for stage in STAGES] for victim in VICTIMS)
    yield from ([Cell("SIGSTOP", victim, stage) for stage in STAGES] for victim in VICTIMS)
    yield from ([Cell("outage", victim, stage) for stage in OUTAGE_STAGES] for victim in VICTIMS)
    yield from ([Cell(fault, victim, stage) for stage in LINK_STAGES]
                for fault in ("reset", *Link.FAULTS) for victim in LINKS)
    yield from ([Cell(fault, victim, stage) for fault in TRANSFER_FAULTS for stage in MID_TRANSFER] for victim in LINKS)


def strike_all(cells, seconds=None, as_shipped=False, without_faults=None, logs=None,
               limit=RECOVERY_SECONDS, turn=None):
    """(cell, outcome) of one after the other, in one session on one mesh; at its end everything is checked. If one of them
    took longer than the limit, or something is wrong, a folder in `logs` keeps what the services wrote."""
    if any(cell.stage in MID_TRANSFER for cell in cells):
        seed, without_faults = large_seed(), None  # arithmetic foretells these models too
    else:
        seed = SEED
    mesh = StruckMesh(AS_SHIPPED if as_shipped else None, has_links=cells[0].is_link, turn=turn)
    is_of_interest = True
    try:
        outcomes = []
        mesh.begin(len(cells), seed)
        for cell in cells:
            try:
                outcomes.append(cell.strike(mesh, seconds))
            except Exception as problem:
                what = str(problem).partition("\n")[0]  # the logs follow for all services
                raise AssertionError(f"{cell}: {what}\n{mesh.tails()}") from problem
            yield cell, outcomes[-1]
        mesh.finish()
        mesh.check_trail(without_faults)
        ends = mesh.end()
        assert not any(ends.values()), f"exit statuses {ends}"
        is_of_interest = any(one.whole > limit for one in outcomes)
    finally:
        mesh.kill_all()
        if logs and is_of_interest:
            keep(mesh, logs, cells, outcomes)
        mesh.clean_up()


def keep(mesh, logs, cells, outcomes):
    logs.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="", dir=logs))
    for file in mesh.folder.glob("*.log"):
        shutil.copy(file, folder)
    found = [f"{cell}: {outcome}\n" for cell, outcome in zip(cells, outcomes)]
    (folder / "strikes.txt").write_text("".join([*found, *(f"{cell}: unknown\n" for cell in cells[len(found):])]))


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
