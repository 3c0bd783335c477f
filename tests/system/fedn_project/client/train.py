"""train IN OUT: adds the settings' `step` (1 if there is none) to every weight."""
import json
import sys

import data
import model


def train(in_model_path, out_model_path):
    with open(in_model_path + "-metadata") as file:
        settings = json.load(file)
    step = settings.get("step", 1)
    model.save([(shape, [value + step for value in values]) for shape, values in model.load(in_model_path)],
               out_model_path)
    dataset = data.load()
    with open(out_model_path + "-metadata", "w") as file:
        json.dump({"num_examples": dataset["examples"], "starts": dataset["starts"]}, file)


if __name__ == "__main__":
    train(sys.argv[1], sys.argv[2])
