#!/usr/bin/env python3
"""House rules as a test: file length, banned names and words, sleeps in tests, dead files. `--census` prints the figures.

A file over 400 lines fails; the list of exceptions may only shrink.
"""
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOUSES = ("messages", "actors", "services", "cli", "tests", "tools", "examples", "python")
CODE = (".hpp", ".cpp", ".py", ".fbs")
LINES_MOST = 400
LONGER = {}  # path: its length today; may only fall
BANNED_NAMES = re.compile(r"(^|[_/])(manager|helper|helpers|util|utils|common|misc)([_./]|$)")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SLEEP = re.compile(r"sleep_for|sleep_until|\busleep\b|time\.sleep")
WAITS_FOR_PROCESSES = ("tests/system/", "tools/demo_mesh/")  # poll other programs, with a limit


def sources():
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=True).stdout.decode().split("\0")
    for name in sorted(filter(None, listed)):
        if name.startswith(HOUSES) and name.endswith(CODE) and (ROOT / name).is_file():
            yield name


def problems_of(name, lines):
    most = LONGER.get(name, LINES_MOST)
    if len(lines) > most:
        yield f"{name}: {len(lines)} lines, at most {most}; cut it by noun"
    if BANNED_NAMES.search(name):
        yield f"{name}: say what it is: the name fits anything"
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line) and name != "tools/tidy.py":
            yield f"{name}:{number}: unfinished: {line.strip()}"
        if SLEEP.search(line) and name != "tools/tidy.py" and not name.startswith(WAITS_FOR_PROCESSES):
            yield f"{name}:{number}: waits for time instead of an event: {line.strip()}"


def dead_sources(names):
    """C++ sources that no CMakeLists.txt names."""
    lists = "\n".join(file.read_text() for house in HOUSES for file in (ROOT / house).rglob("CMakeLists.txt"))
    lists += "\n".join(file.read_text() for file in (ROOT / "tools/cmake").glob("*.cmake"))
    for name in names:
        stem = pathlib.Path(name).stem.removesuffix("_test")
        if name.endswith(".cpp") and not re.search(rf"\b{re.escape(stem)}\b|{re.escape(pathlib.Path(name).name)}", lists):
            yield f"{name}: no CMakeLists.txt names it"


def main():
    names = list(sources())
    lengths = {}
    problems = []
    for name in names:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        lengths[name] = len(lines)
        problems += problems_of(name, lines)
    problems += dead_sources(names)
    if "--census" in sys.argv:
        sizes = sorted(lengths.values())
        print(f"files {len(sizes)}, lines {sum(sizes)}, median {statistics.median(sizes):.0f}, "
              f"p90 {sizes[int(0.9 * len(sizes))]}, longest {max(lengths, key=lengths.get)} ({sizes[-1]})")
    print("\n".join(problems) if problems else "tidy: nothing to say")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
