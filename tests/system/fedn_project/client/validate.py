"""validate IN OUT: some numbers, and what is no number."""
import json
import sys

import model


def validate(in_model_path, out_json_path):
    (_, values), *_ = model.load(in_model_path)
    report = {"accuracy": values[0] / 8, "loss": 1 / (1 + values[0]), "confusion": [[1, 2], [3, 4]], "split": "test"}
    with open(out_json_path, "w") as file:
        json.dump(report, file)


if __name__ == "__main__":
    validate(sys.argv[1], sys.argv[2])
