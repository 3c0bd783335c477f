"""Waiting with a bound. What is waited for is always a state, never the mere passing of time."""
import time

LIMIT_SECONDS = 40
PAUSE_SECONDS = 0.01


def wait_until(condition, what, seconds=LIMIT_SECONDS, watch=None):
    """The first true value of `condition()`. `watch()` may raise to end the waiting early; AssertionError at the bound."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if watch is not None:
            watch()
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(PAUSE_SECONDS)
