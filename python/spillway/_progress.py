# SPDX-License-Identifier: Apache-2.0
"""Bars for long work, Ctrl-C, and what is still to end when the interpreter does."""

from __future__ import annotations

import atexit
import sys
import time
import warnings
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from . import _core
from .errors import Interrupted

Tick = Callable[[int, int], None]

_SHOWN_AFTER = 1.0  # seconds


def _interval() -> float:
    """Seconds between two drawings: a terminal and a notebook draw over what they have, a file only grows."""
    return 0.1 if sys.stderr.isatty() or "ipykernel" in sys.modules else 5.0


def _make_bar(what: str, total: int) -> Any:
    """A bar of tqdm, or None where that is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a notebook without ipywidgets gets the plain bar
            from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total, desc=what, leave=False, unit="", mininterval=0)


class _Bar:
    """Shows nothing of work that ends within a second."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._start = time.monotonic()
        self._bar: Any = None
        self._tried = False
        self._next = self._start + _SHOWN_AFTER

    def tick(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _interval()
        if not self._tried:
            self._tried = True
            self._bar = _make_bar(self._what, total)
        if self._bar is None:
            return
        self._bar.total = total
        self._bar.n = min(done, total)
        self._bar.refresh()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


@contextmanager
def long_work(what: str, quiet: bool, advice: str = "") -> Iterator[Optional[Tick]]:
    """Gives what the core calls with (done, total); a KeyboardInterrupt becomes `Interrupted`."""
    bar = _Bar(what)
    reached = [0, 0]

    def tick(done: int, total: int) -> None:
        reached[:] = [done, total]
        if not quiet:
            bar.tick(done, total)

    try:
        yield tick
    except Interrupted:
        raise
    except KeyboardInterrupt:
        how_far = f" after {reached[0]} of {reached[1]}" if reached[1] else ""
        raise Interrupted(f"interrupted: {what}{how_far}{advice}") from None
    finally:
        bar.close()


def _wait_for_abandoned() -> None:
    """Threads that still compute when the interpreter ends would find the library taken down."""
    while _core.abandoned_tasks() > 0:
        time.sleep(0.02)


atexit.register(_wait_for_abandoned)
