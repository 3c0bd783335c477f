"""The parts of tools/demo_mesh.py. Standard library only."""


class DemoError(Exception):
    """Something a person has to know; the text says what and where to look."""
