"""What the fault matrix found, as a table in Markdown: one line for all stages of a fault in which the same happened."""
import statistics

HEAD = ("| fault | stages | what happens | next commit: median | worst | all count again: median | worst | strikes |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |")


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
        stages, all_outcomes = lines.setdefault((cell.title(), what_happened(outcomes)), ([], []))
        stages.append(cell.stage)
        all_outcomes.extend(outcomes)
    return "\n".join([HEAD, *(_line(title, what, *rest) for (title, what), rest in lines.items())])


def _line(title, what, stages, outcomes):
    times = []
    for name in ("recovery", "whole"):
        seconds = [getattr(one, name) for one in outcomes]
        times += [f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s"]
    return f"| {title} | {', '.join(stages)} | {what} | {' | '.join(times)} | {len(outcomes)} |"
