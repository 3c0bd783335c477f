"""What the fault matrix found, as a table in Markdown: one line for all stages of a fault in which the same happened."""
import statistics

HEAD = ("| fault | stages | what happens | next commit: median | worst | all count again: median | worst | strikes |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |")

LOST_CLIENT = "lost after a lease; as all are needed, the round waits for it"
MISSED_COMBINER = "fenced after a lease; its clients are placed elsewhere and offer again, what it brings late is refused"
# What those who are left and those who come back do.
DEEDS = {
    ("kill -9", "controller"): "the next term takes up the round and what the combiners hold",
    ("kill -9", "combiner"): "it reads its journal and has its clients offer again what it lacks",
    ("kill -9", "client"): "it joins by its token and goes on with its task, or offers what it kept",
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
    """`strikes` are (cell, outcome), in the order of the table."""
    by_cell = {}
    for cell, outcome in strikes:
        by_cell.setdefault(cell, []).append(outcome)
    lines = {}
    for cell, outcomes in by_cell.items():
        what = f"{DEEDS[cell.fault, cell.victim]}: {what_happened(outcomes)}"
        stages, all_outcomes = lines.setdefault((cell.title(), what), ([], []))
        stages.append(cell.stage)
        all_outcomes.extend(outcomes)
    return "\n".join([HEAD, *(_line(title, what, *rest) for (title, what), rest in lines.items())])


def _line(title, what, stages, outcomes):
    times = []
    for name in ("recovery", "whole"):
        seconds = [getattr(one, name) for one in outcomes]
        times += [f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s"]
    return f"| {title} | {', '.join(stages)} | {what} | {' | '.join(times)} | {len(outcomes)} |"
