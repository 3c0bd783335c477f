"""A mesh in a long session that is struck by one fault after the other, and what must be true afterwards."""
import time
from dataclasses import dataclass, field

from . import arithmetic, arrays
from .link import Link
from .mesh import ANY_PORT, Mesh
from .waiting import wait_until

CLIENTS = [f"client-{number}" for number in arithmetic.EXAMPLES]
HALF = CLIENTS[:2]
VICTIM = CLIENTS[0]
# Stages that are an instant in the life of one process, where it can be made to die or to stand still (see
# actors/kernel/crash_point.hpp). The others are held by the gate.
POINTS = {"open": ("controller", "before-plan"), "planned": ("combiner", "before-task"),
          "trained": ("client", "before-offer"), "before journal": ("combiner", "before-journal"),
          "after journal": ("combiner", "after-journal"), "closing": ("combiner", "before-partial"),
          "reducing": ("controller", "reducing"),
          "before blob": ("controller", "before-blob"), "blob unnamed": ("controller", "before-rename"),
          "after blob": ("controller", "after-blob"), "before batch": ("controller", "before-batch"),
          "after batch": ("controller", "after-batch")}
# Of connections only: after half of a model, or of a sum, has passed, up or down.
MID_TRANSFER = {"in mid-upload": False, "in mid-hand-out": True}
HALF_BYTES = 1 << 20
STAGES = list(POINTS)
STAGES[2:2] = ["handed out"]
STAGES[4:4] = ["half of the updates"]
# The shipped defaults instead of the short leases of the other tests: what is measured is what a user gets.
AS_SHIPPED = {"controller": {"registry": {"heartbeat_ms": 1000, "lease_ms": 3000}, "sessions": {"absence_ms": 3000}},
              "combiner": {"clients": {"heartbeat_ms": 1000, "lease_ms": 3000},
                           "controller": {"first_pause_ms": 100, "longest_pause_ms": 2000}},
              "client": {"controller": {"first_pause_ms": 100, "longest_pause_ms": 2000}, "max_examples": 4}}
TIME_LIMIT = 60
RECOVERY_SECONDS = 5


@dataclass
class Outcome:
    """Seconds from the end of the fault (or from the kill) to the next committed round, and to the round in which all
    clients count again; what became of the round that was struck; when the fault ended, as logs give the time."""
    recovery: float
    whole: float
    attempt: int
    errors: list = field(default_factory=list)
    ended: float = 0


def contributors(round_record):
    return [each["client_id"] for each in round_record["contributions"]]


def recomputed_trail(mesh, session):
    """The committed rounds of clients of plain_package: without a gap, each a client at most once, with its weight, and
    with the model that its updates make, in every bit (I-3, I-6, I-11)."""
    trail, model = session.committed(), mesh.seed
    assert [one["round"] for one in trail] == list(range(1, len(trail) + 1)), trail
    for one in trail:
        clients = contributors(one)
        assert len(set(clients)) == len(clients), f"a client counts twice: {one}"
        assert one["weight"] == sum(each["weight"] for each in one["contributions"]), one
        model = arithmetic.next_model(model, clients)
        assert mesh.model(one["model_id"]) == model, f"another model than its updates make: {one}"
    return trail


class StruckMesh(Mesh):
    """Between two faults round `self.round` is in training at all clients, held by the gate. Of many meshes only those
    are busy that have a `turn`, a semaphore: who waits for a long fault to pass lets another one have it."""

    def __init__(self, layers=None, has_links=False, turn=None):
        super().__init__("plain_package", **(layers or {"client": {"max_examples": 4}}))
        self.round = 0
        self.session = None
        self._turn = turn
        self._links = {"client": {}, "combiner": {}} if has_links else None  # by who dials, and the combiner's name

    def begin(self, faults, seed=arrays.SEED):
        self.seed = seed
        self._take_turn()
        self.start(combiners=2, clients=len(CLIENTS))
        self._open_gate(0)
        # Two rounds per fault, and the one that is held before the first.
        self.session = self.start_session(rounds=2 * faults + 1, requested_clients=-1, min_clients=len(CLIENTS),
                                          round_timeout=30)
        self._hold(1)

    def release_round(self):
        self._open_gate(self.round)

    def finish(self):
        self._open_gate(1 << 30)
        self.session.wait_for_end()

    def start_combiner(self, name, **changes):
        if self._links is None:
            return super().start_combiner(name, **changes)
        for kind, target in (("client", name), ("combiner", "controller")):
            self._links[kind][name] = Link(lambda target=target: self._bound(target))
        return super().start_combiner(name, **changes, mesh={"bind": ANY_PORT,
                                                             "advertise": self._links["client"][name].endpoint},
                                      controller={"endpoint": self._links["combiner"][name].endpoint})

    def clean_up(self):
        for links in (self._links or {}).values():
            for link in links.values():
                link.close()
        super().clean_up()
        self._give_turn()

    # -- faults ----------------------------------------------------------------------

    def process(self, kind):
        """The victim of that kind: of two combiners the one that has the victim among its clients."""
        if kind == "combiner":
            return self.services[self.api.get(f"/api/v1/clients/{VICTIM}")["combiner"]]
        return self.services[VICTIM if kind == "client" else "controller"]

    def kill(self, kind, stage, seconds=0):
        """SIGKILL at that stage, and a start with the old data folder: at once, or after so many seconds, or (None) as soon
        as somebody has missed the victim."""
        victim, holder = self.process(kind), self._holder(stage)
        self._reach(stage, holder, "kill" if victim is holder else "stop")
        end = victim.wait_for_kill() if victim is holder else victim.kill()
        self._resume(holder if victim is not holder else None)
        if seconds != 0:
            self._let_pass(victim, end, seconds)
            end = time.monotonic()
        self.restart_controller() if kind == "controller" else victim.start()
        return self.outcome(end)

    def halt(self, kind, stage, seconds=None):
        """SIGSTOP at that stage; SIGCONT after so many seconds, or as soon as somebody has missed the victim."""
        victim, holder = self.process(kind), self._holder(stage)
        self._reach(stage, holder, "stop")
        if victim is not holder:
            victim.halt()
            self._resume(holder)
        self._let_pass(victim, time.monotonic(), seconds)
        return self.outcome(victim.go_on())

    def cut(self, kind, stage, fault, seconds=None):
        """A fault of the connection that this kind of process dials, at that stage. A reset is over at once; the others
        last so long, or until somebody has missed the other side; a delay, until the round gets on in spite of it."""
        holder, combiner = self._holder(stage), self.process("combiner").name
        self._reach(stage, holder, "stop")
        link, since = self._links[kind][combiner], time.monotonic()
        if stage in MID_TRANSFER:
            link.arm(fault, HALF_BYTES, towards_caller=MID_TRANSFER[stage])
            self._open_gate(self.round)
            wait_until(link.has_struck, f"half of the bytes to pass {stage}", watch=self.check)
            end = time.monotonic()
        elif fault == "reset":
            end = link.reset()
        else:
            link.break_by(fault)
        self._resume(holder)
        if fault == "reset":
            return self.outcome(end)
        if seconds is not None:
            self._let_time_pass(since, seconds)
        elif fault == "delay" and stage == "open":
            self.control.wait_for_training(CLIENTS, self.round + 1, self.check)
        elif fault == "delay":
            self.services["controller"].wait_for("round-committed", since=since)
        else:
            wait_until(lambda: self._is_missed(kind, combiner, since), "the other side to be missed", watch=self.check)
        return self.outcome(link.mend())

    def _holder(self, stage):
        """The process that stands still, or dies, by itself at that stage."""
        return self.process(POINTS[stage][0]) if stage in POINTS else None

    def _reach(self, stage, holder, action):
        """Returns at that stage: the holder stands still or will kill itself, or the gate is closed."""
        if holder is not None:
            holder.arm(POINTS[stage][1], action)
            self._open_gate(self.round)
            if action == "stop":
                holder.wait_for_standstill()
        elif stage == "half of the updates":
            self.take_half()

    def take_half(self):
        """Half of the clients answer; the others are held."""
        wanted = self._accepted() + len(HALF)
        self.control.hold_after(self.round, HALF)
        wait_until(lambda: self._accepted() >= wanted, "half of the updates to be accepted", watch=self.check)

    def _resume(self, holder):
        if holder is not None:
            holder.go_on()
        self._open_gate(self.round)

    def _let_pass(self, victim, since, seconds):
        if seconds is not None:
            self._let_time_pass(since, seconds)
        elif victim.name == "controller":
            for name in ("combiner-1", "combiner-2"):
                self.services[name].wait_for("lost", since=since)
        elif victim.name.startswith("combiner"):
            self.services["controller"].wait_for("combiner-lost", since=since, combiner=victim.name)
        else:
            wait_until(lambda: any(self._is_missed("client", name, since) for name in ("combiner-1", "combiner-2")),
                       f"{victim.name} to be missed", watch=self.check)

    def _let_time_pass(self, since, seconds):
        self._give_turn()
        try:
            wait_until(lambda: time.monotonic() >= since + seconds, "the fault's own length", 2 * seconds)
        finally:
            self._take_turn()

    def _take_turn(self):
        if self._turn is not None:
            self._turn.acquire()

    def _give_turn(self):
        if self._turn is not None:
            self._turn.release()

    def _is_missed(self, kind, combiner, since):
        if kind == "combiner":
            return (self.services["controller"].log.find("combiner-lost", since, combiner=combiner)
                    or self.services[combiner].log.find("lost", since))
        return (self.services[VICTIM].log.find("detached", since)
                or self.services[combiner].log.find("client-left", since, client=VICTIM))

    # -- afterwards ------------------------------------------------------------------

    def outcome(self, end):
        """The struck round and the next have to be committed."""
        struck = self.round
        self._open_gate(struck + 1)
        controller = self.services["controller"]
        recovery = controller.wait_for("round-committed", since=end, seconds=TIME_LIMIT)["heard"] - end
        whole = controller.wait_for("round-committed", since=end, round=struck + 1, seconds=TIME_LIMIT)["heard"] - end
        attempts = [one for one in self.session.rounds() if one["round"] in (struck, struck + 1)]
        errors = {one["error"] for each in attempts for one in each["failures"]}
        self._hold(struck + 2)
        ended = time.time() - time.monotonic() + end
        return Outcome(recovery, whole, max(one["attempt"] for one in attempts), sorted(errors), ended)

    def check_trail(self, without_faults=None):
        """All rounds, in each all clients, and the models that arithmetic foretells; `without_faults` are the ids of the
        first models of a calm session."""
        trail = recomputed_trail(self, self.session)
        for one in trail:
            assert contributors(one) == CLIENTS, one
        ids = [one["model_id"] for one in trail]
        calm = without_faults or []
        assert ids[:len(calm)] == calm[:len(ids)], "other models than without faults"
        return ids

    def _hold(self, round_number):
        self.control.wait_for_training(CLIENTS, round_number, self.check, TIME_LIMIT)
        self.round = round_number

    def _open_gate(self, round_number):
        self.control.hold_after(round_number, CLIENTS)

    def _bound(self, name):
        heard = self.services[name].log.find("listening")
        return heard and heard["mesh"]

    def _accepted(self):
        return sum(self.admin(name).metric("fedloom_combiner_updates_accepted_total")
                   for name in ("combiner-1", "combiner-2"))
