"""A whole mesh on this machine trains the perceptron of examples/fashion-mnist-numpy. Started by tools/demo."""
import argparse
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from demo_mesh import DemoError, mesh, training
from demo_mesh.display import Display

ROOT = Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(prog="tools/demo", description=__doc__)
    parser.add_argument("--clients", type=int, default=10, metavar="N", help="data owners (default: %(default)s)")
    parser.add_argument("--combiners", type=int, default=2, metavar="N", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="one JSON object per round and a last one for the result")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep configurations, logs and stores there")
    parser.add_argument("--output", type=Path, default=Path("fedloom-demo"), metavar="FOLDER",
                        help="where the final model goes (default: %(default)s)")
    parser.add_argument("--binaries", type=Path, default=ROOT / "build" / "release" / "bin", metavar="FOLDER",
                        help="where the services' programs lie (default: the release build)")
    chosen = parser.parse_args()
    for name in ("clients", "combiners", "rounds"):
        if getattr(chosen, name) < 1:
            parser.error(f"--{name} must be 1 or more")
    return chosen


def data_folder(stack, keep):
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fedloom-demo-")))
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise DemoError(f"{keep} is not empty; the demo begins with a fresh folder")
    return keep.resolve()


def run(chosen, display):
    begin = time.monotonic()
    with ExitStack() as stack:
        folder = data_folder(stack, chosen.keep)
        running = stack.enter_context(mesh.Mesh(ROOT, chosen.binaries.resolve(), folder))
        running.start(chosen.combiners, chosen.clients, display)
        result = training.train(running, chosen.clients, chosen.rounds, chosen.output, display)
    display.result({**result, "seconds": round(time.monotonic() - begin, 3)})


def on_terminate(number, frame):
    raise SystemExit(128 + number)


def main():
    chosen = arguments()
    signal.signal(signal.SIGTERM, on_terminate)
    display = Display(chosen.json)
    try:
        run(chosen, display)
    except DemoError as problem:
        display.clear()
        print(f"demo: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        display.clear()
        print("demo: interrupted; all processes have ended", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
