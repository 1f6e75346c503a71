# SPDX-License-Identifier: Apache-2.0
"""Bars for long work, Ctrl-C, and what is still to end when the interpreter does."""

from __future__ import annotations

import atexit
import time
import warnings
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from . import _core
from .errors import Interrupted

Tick = Callable[[int, int], None]

_SHOWN_AFTER = 1.0  # seconds


def _make_bar(what: str, total: int) -> Any:
    """A bar of tqdm, or None where that is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a notebook without ipywidgets gets the plain bar
            from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total, desc=what, leave=False, unit="")


class _Bar:
    """Shows nothing of work that ends within a second."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._start = time.monotonic()
        self._bar: Any = None
        self._tried = False

    def tick(self, done: int, total: int) -> None:
        if not self._tried and time.monotonic() - self._start > _SHOWN_AFTER:
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
