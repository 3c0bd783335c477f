"""What the test wants of this client in this round. The files are those of mesh_under_test/control.py."""
import json
import os
import pathlib
import sys
import time

CONTROL = pathlib.Path(os.environ["FEDLOOM_TEST_CONTROL"])
CLIENT = os.environ["FEDLOOM_TEST_CLIENT"]
PAUSE_SECONDS = 0.01


def tell_begun(round_number):
    """One line per start: the process and its group."""
    with open(CONTROL / "begun" / f"{CLIENT}.{round_number}", "a") as file:
        file.write(f"{os.getpid()} {os.getpgid(0)}\n")


def wait_at_gate(round_number):
    while (allowed := _read("gate")) is not None and int(allowed) < round_number:
        if not CONTROL.exists():
            sys.exit("the test is over")
        time.sleep(PAUSE_SECONDS)


def behaviour(round_number):
    all_of_them = json.loads(_read("behaviours") or "{}")
    return all_of_them.get(CLIENT, {}).get(str(round_number), "add")


def _read(name):
    try:
        return (CONTROL / name).read_text()
    except FileNotFoundError:
        return None
