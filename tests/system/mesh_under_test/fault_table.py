"""What the fault matrix found, as a table in Markdown: one line for all stages of a fault in which the same happened."""
import statistics

from .fault_matrix import batches

HEAD = ("| fault | stages | what happens | next commit: median | worst | all count again: median | worst | strikes |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |")

LOST_CLIENT = "lost after a lease; as all are needed, the round waits for it"
MISSED_COMBINER = "fenced after a lease; its clients are placed elsewhere and offer again, what it brings late is refused"
# What those who are left and those who come back do.
DEEDS = {
    ("kill -9", "controller"): "the next term takes up the round and what the combiners hold",
    ("kill -9", "combiner"): "it reads its journal and has its clients offer again what it lacks",
    ("kill -9", "client"): "it joins by its token and goes on with its task, or offers what it kept",
    ("outage", "controller"): "the others keep what they have; the next term takes it up",
    ("outage", "combiner"): MISSED_COMBINER,
    ("outage", "client"): LOST_CLIENT,
    ("SIGSTOP", "controller"): "the others keep what they have and tell it again",
    ("SIGSTOP", "combiner"): MISSED_COMBINER,
    ("SIGSTOP", "client"): LOST_CLIENT,
    ("reset", "client"): "it dials again; transfers go on at the chunk that is missing",
    ("reset", "combiner"): "it dials again and reports again; transfers go on at the chunk that is missing",
    ("delay", "client"): "nobody is lost by mistake",
    ("delay", "combiner"): "nobody is lost by mistake",
    **{(fault, "client"): LOST_CLIENT for fault in ("drop", "cut", "half-open")},
    **{(fault, "combiner"): MISSED_COMBINER for fault in ("drop", "cut", "half-open")},
}


def what_happened(outcomes):
    """In words, the same for any number of strikes."""
    errors = sorted({error for one in outcomes for error in one.errors})
    again = [one.attempt > 1 for one in outcomes]
    if not any(again):
        return "the attempt goes on"
    how_often = "the next attempt" if all(again) else "the attempt goes on, or the next one"
    return f"{how_often} ({', '.join(errors)})" if errors else how_often


def table(strikes):
    """`strikes` are (cell, outcome), in any order."""
    lines = {}
    for cell in (cell for batch in batches() for cell in batch):
        outcomes = [outcome for struck, outcome in strikes if struck == cell]
        if outcomes:
            what = f"{DEEDS[cell.fault, cell.victim]}: {what_happened(outcomes)}"
            lines.setdefault((cell.title(), what), []).append((cell.stage, outcomes))
    return "\n".join([HEAD, *(_line(title, what, found) for (title, what), found in lines.items())])


def _line(title, what, found):
    stages, outcomes = [stage for stage, _ in found], [one for _, outcomes in found for one in outcomes]
    all_stages = [cell.stage for batch in batches() for cell in batch if cell.title() == title]
    times = []
    for name in ("recovery", "whole"):
        seconds = [getattr(one, name) for one in outcomes]
        times += [f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s"]
    where = "all" if stages == all_stages else ", ".join(stages)
    least, most = min(len(each) for _, each in found), max(len(each) for _, each in found)
    often = f"{len(found)} × {least}" if least == most else f"{len(outcomes)}, at least {least} each"
    return f"| {title} | {where} | {what} | {' | '.join(times)} | {often} |"
