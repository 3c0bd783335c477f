"""predict IN OUT: the model's first weight, by way of a prediction."""
import json
import sys

import model


def predict(in_model_path, out_json_path):
    (_, values), *_ = model.load(in_model_path)
    with open(out_json_path, "w") as file:
        json.dump({"prediction": values[0]}, file)


if __name__ == "__main__":
    predict(sys.argv[1], sys.argv[2])
