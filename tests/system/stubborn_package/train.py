"""train IN OUT: never ends by itself, heeds no SIGTERM, and neither do the children that it forks."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "package"))
import orders

CHILDREN = 3


def main():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for _ in range(CHILDREN):
        if os.fork() == 0:
            while True:
                signal.pause()
    orders.ask(1)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
