"""train IN OUT: adds 1 to every array, for 10 examples, unless the test orders something else."""
import json
import sys
import time

import numpy as np

import orders


def load(source):
    with np.load(source) as file:
        return [file[str(index)] for index in range(len(file.files))]


def save(arrays, target):
    np.savez(target, **{str(index): array for index, array in enumerate(arrays)})


LONG_METRICS = {f"metric-{number}-".ljust(60, "x"): number for number in range(60)}


def tell_examples(target, metrics={}):
    with open(target + "-metadata", "w") as file:
        json.dump({"num_examples": 10, "training_loss": 0.5, **metrics}, file)


def misbehave(how, arrays, target):
    """Everything that is wrong with an update, or merely large; "exit", "hang" and "chatter" do not come back."""
    if how == "exit":
        print("the disk of this data owner is on fire", file=sys.stderr)
        sys.exit(1)
    if how == "hang":
        print("waiting for a file that never comes", flush=True)
        while True:
            time.sleep(3600)
    if how == "chatter":
        for number in range(10):
            print("x" * 1_000_000, number)
        sys.exit("the last line of ten megabytes")
    if how == "no_output":
        tell_examples(target)
        return
    if how == "nan":
        arrays[-1].flat[-1] = np.nan
    if how == "other_shape":
        arrays[-1] = np.zeros(arrays[-1].size + 1, arrays[-1].dtype)
    if how == "no_metadata":
        save(arrays, target)
        return
    save(arrays, target)
    tell_examples(target, LONG_METRICS if how == "long_metrics" else {})


def main(source, target):
    arrays = load(source)
    # The seed's first element is 0, and each round adds 1 to it.
    round_number = int(arrays[0].flat[0]) + 1
    how = orders.ask(round_number)
    arrays = [array + 1 for array in arrays]
    if how == "add":
        save(arrays, target)
        tell_examples(target)
    else:
        misbehave(how, arrays, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
