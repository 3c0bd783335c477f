"""Data folders of services that are not running: what is in them, and how it is changed behind their backs."""
import shutil


def content_of(folder):
    """File: content, of all that is kept there; a lock has none."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*"))
            if file.is_file() and file.name != "LOCK"}


def put_back(folder, content):
    shutil.rmtree(folder)
    for name, each in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(each)


def flipped(content, at):
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]
