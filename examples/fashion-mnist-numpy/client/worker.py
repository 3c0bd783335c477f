"""train and validate by one process that stays alive, so that NumPy is imported once. fedn.yaml names it in their place:

    entry_points:
      worker: {command: python3 worker.py}
"""
import json
import sys
import traceback

import train
import validate

TASKS = {"train": train.main, "validate": validate.main}


def answer(order):
    try:
        TASKS[order["task"]](order["model_in"], order.get("model_out") or order.get("result_out"))
    except Exception as problem:  # the next task may do better
        traceback.print_exc()
        return {"error": f"{type(problem).__name__}: {problem}"}
    return {"ok": True}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
