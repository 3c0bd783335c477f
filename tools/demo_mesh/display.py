"""What a person sees: a table that grows by a row per round, and under it, on a terminal, a line that says what is awaited."""
import json
import sys

COLUMNS = (("round", 5), ("clients", 9), ("seconds", 8), ("traffic", 10), ("loss", 8), ("accuracy", 9))
CLEAR_LINE = "\r\033[K"


def _traffic(count):
    if count is None:
        return "-"
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def _number(value, form):
    return "-" if value is None else format(value, form)


class Display:
    """With `as_json`, standard output carries JSON lines only; the live line goes to standard error always."""

    def __init__(self, as_json):
        self._json = as_json
        self._live = sys.stderr.isatty()
        self._shown = None

    def header(self):
        if not self._json:
            self._print("  ".join(name.rjust(width) for name, width in COLUMNS))

    def round(self, data):
        if self._json:
            self._print(json.dumps(data))
            return
        cells = (str(data["round"]), f"{data.get('clients_answered')}/{data.get('clients_asked')}",
                 _number(data.get("seconds"), ".2f"), _traffic(data.get("bytes")), _number(data.get("loss"), ".4f"),
                 _number(data.get("accuracy"), ".4f"))
        self._print("  ".join(cell.rjust(width) for cell, (_, width) in zip(cells, COLUMNS)))

    def result(self, data):
        if self._json:
            self._print(json.dumps(data))
            return
        self._print(f"\nAccuracy {data['accuracy']:.4f} on the 10,000 test images after {data['rounds']} rounds, "
                    f"{data['seconds']:.1f} s in all.\nThe model: {data['model']}")

    def status(self, text):
        if self._live and text != self._shown:
            sys.stderr.write(CLEAR_LINE + text)
            sys.stderr.flush()
            self._shown = text

    def clear(self):
        if self._live and self._shown is not None:
            sys.stderr.write(CLEAR_LINE)
            sys.stderr.flush()
            self._shown = None

    def _print(self, line):
        self.clear()
        print(line, flush=True)
