"""Real controllers, combiners and clients on loopback, for the tests of this folder. Standard library only."""
import pathlib
import sys

SYSTEM_FOLDER = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SYSTEM_FOLDER.parents[1] / "tools"))  # for demo_mesh, whose REST client is used here too
