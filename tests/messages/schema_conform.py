"""Compares the schemas with their last released copy: a newer version must understand what an older one wrote.

usage: schema_conform.py FLATC RELEASED_FOLDER SCHEMA_FOLDER

`flatc --conform` finds changed types, ids and union orders, but lets a deleted or renamed field pass; the second half
of this script finds those. A field that is not used any more stays, marked (deprecated).
"""
import pathlib
import re
import subprocess
import sys

FIELD = re.compile(r"^\s*(\w+):\s*[\w.\[\]:]+[^;]*\bid:\s*(\d+)")
BLOCK = re.compile(r"^(?:table|struct|enum|union)\s+(\w+)")
MEMBER = re.compile(r"(\w+)\s*=\s*(\d+)")


def names_in(schema):
    """{"Table.3": "field name"} for tables, {"Enum.3": "enumerator"} for enums."""
    found, block = {}, None
    for line in schema.read_text().splitlines():
        code = line.split("//")[0]
        if start := BLOCK.match(code):
            block = start[1]
        if block and (field := FIELD.match(code)):
            found[f"{block}.{field[2]}"] = field[1]
        elif block:
            found.update({f"{block}.{number}": name for name, number in MEMBER.findall(code)})
        if "}" in code:
            block = None
    return found


def main(flatc, released, current):
    complaints = []
    frozen = sorted(pathlib.Path(released).glob("*.fbs"))
    if not frozen:
        complaints.append(f"no released schemas in {released}")
    for old in frozen:
        new = pathlib.Path(current) / old.name
        if not new.exists():
            complaints.append(f"{old.name}: removed")
            continue
        run = subprocess.run(
            [flatc, "--conform", old, "--conform-includes", released, "-I", current, new],
            capture_output=True, text=True, check=False)
        if run.returncode != 0:
            complaints.append(f"{old.name}: {run.stdout}{run.stderr}".strip())
        now = names_in(new)
        for key, name in names_in(old).items():
            if now.get(key) != name:
                complaints.append(f"{old.name}: {key} was {name}, is {now.get(key, 'gone')}")
    print("\n".join(complaints) or f"{len(frozen)} schemas conform to {released}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
