"""What the test wants of this client in this round: a question to tests/system/mesh_under_test/control.py."""
import json
import os
import socket
import sys

CONTROL = os.environ["FEDLOOM_TEST_CONTROL"] + "/orders"
CLIENT = os.environ["FEDLOOM_TEST_CLIENT"]


def ask(round_number):
    """Reports that this training has begun; answers how to behave as soon as it may go on."""
    report = {"client": CLIENT, "round": round_number, "process": os.getpid(), "group": os.getpgid(0)}
    try:
        with socket.socket(socket.AF_UNIX) as call:
            call.connect(CONTROL)
            call.sendall(json.dumps(report).encode() + b"\n")
            answer = call.makefile().readline().strip()
    except OSError as problem:
        sys.exit(f"the test is over: {problem}")
    return answer or sys.exit("the test is over")
