# SPDX-License-Identifier: Apache-2.0
"""Tensors by name."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

from . import _core
from ._arguments import Frames, data_of, flag
from ._progress import Tick, long_work
from .errors import InputError

Names = Union[None, str, Sequence[str]]


def names_of(names: Names, known: Sequence[str]) -> List[str]:
    """A list of names; all of them if none are given."""
    if names is None:
        return list(known)
    given = [names] if isinstance(names, str) else list(names)
    for name in given:
        if not isinstance(name, str):
            raise InputError(f"names: a {type(name).__name__}; expected a tensor's name, or a list of them")
    return list(dict.fromkeys(given))


def evaluate(
    core: Callable[[_core.Data, List[str], Optional[Tick]], List[Any]],
    facts: Mapping[str, Any],
    x: Frames,
    names: List[str],
    skip: Optional[int],
    frames: Optional[int],
    quiet: bool,
) -> Dict[str, Any]:
    """The arrays of some tensors, by name."""
    data = data_of(x, None, facts, skip, frames)
    with long_work("frames", flag(quiet, "quiet")) as tick:
        return dict(zip(names, core(data, names, tick)))
