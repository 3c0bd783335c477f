"""The data set: made once, by the entry point startup, and kept beside the scripts."""
import json
import pathlib

FILE = pathlib.Path(__file__).with_name("dataset.json")


def load():
    return json.loads(FILE.read_text())


if __name__ == "__main__":
    starts = load()["starts"] + 1 if FILE.exists() else 1
    FILE.write_text(json.dumps({"examples": 10, "starts": starts}))
