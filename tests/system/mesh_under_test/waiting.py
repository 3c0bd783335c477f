"""Waiting with a bound. What is waited for is always a state, never the mere passing of time."""
import threading
import time

LIMIT_SECONDS = 40
# States that nobody announces, such as REST answers and metrics, are looked at so often.
UNANNOUNCED_SECONDS = 0.05

_news = threading.Condition()
_count = 0


def announce():
    """Something was heard: a log line, an event, an entry point's report. Whoever waits looks again at once."""
    global _count
    with _news:
        _count += 1
        _news.notify_all()


def wait_until(condition, what, seconds=LIMIT_SECONDS, watch=None):
    """The first true value of `condition()`. `watch()` may raise to end the waiting early; AssertionError at the bound."""
    end = time.monotonic() + seconds
    while True:
        seen = _count
        value = condition()
        if value:
            return value
        if watch is not None:
            watch()
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        with _news:
            _news.wait_for(lambda: _count != seen, UNANNOUNCED_SECONDS)
