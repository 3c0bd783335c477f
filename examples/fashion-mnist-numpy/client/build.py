"""build [OUT]: writes the seed model, to ../seed.npz unless told otherwise."""
import sys

import model

model.save(model.fresh(), sys.argv[1] if len(sys.argv) > 1 else "../seed.npz")
