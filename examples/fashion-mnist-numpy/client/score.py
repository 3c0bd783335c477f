"""score MODEL: scores a model on all 10,000 test images and prints the result as JSON."""
import json
import sys

import data
import model

print(json.dumps(model.score(model.load(sys.argv[1]), *data.load_all("test"))))
