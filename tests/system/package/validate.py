"""validate IN OUT: what it measures is known in advance, so that tests can compute the means."""
import json
import sys

import numpy as np


def main(source, target):
    with np.load(source) as file:
        rounds = float(file["0"].flat[0])
    with open(target, "w") as file:
        json.dump({"num_examples": 5, "accuracy": rounds / 8, "loss": 1 / (1 + rounds)}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
