"""validate IN OUT: scores the model on this client's share of the test images."""
import json
import sys

import data
import model


def main(source, target):
    metrics = model.score(model.load(source), *data.load("test"))
    with open(target, "w") as file:
        json.dump(metrics, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
