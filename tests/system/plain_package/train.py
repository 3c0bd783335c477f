"""train IN OUT: the update that mesh_under_test/arithmetic.py defines, as soon as the test lets it go on."""
import json
import pathlib
import sys

SYSTEM = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(SYSTEM), str(SYSTEM / "package")]

import orders  # noqa: E402
from mesh_under_test import arithmetic, arrays  # noqa: E402


def main(source, target):
    model = arrays.arrays_of(pathlib.Path(source).read_bytes())
    round_number = arithmetic.round_after(model)
    orders.ask(round_number)
    pathlib.Path(target).write_bytes(arrays.npz(arithmetic.update(model, orders.CLIENT)))
    examples = arithmetic.examples(orders.CLIENT)
    pathlib.Path(target + "-metadata").write_text(json.dumps({"num_examples": examples}))


if __name__ == "__main__":
    main(*sys.argv[1:])
