# SPDX-License-Identifier: Apache-2.0
"""Arguments as people give them, looked at before the core sees them."""

from __future__ import annotations

import json
import os
from typing import Any, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _core
from .errors import InputError

Path = Union[str, "os.PathLike[str]"]
Accumulator = Union[None, int, str, Mapping[str, Union[int, str]], Sequence[Union[int, str]]]
Folding = Union[None, str, "os.PathLike[str]", Mapping[str, Any]]
Frames = Union[str, "os.PathLike[str]", Any]  # a data set's name or path, or an array [frames, ...]


def path_text(path: Path, name: str) -> bytes:
    """A path in the file system's bytes."""
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"{name}: {_kind(path)}; expected a path")
    text = os.fsencode(path)
    if b"\0" in text or not text:
        raise InputError(f"{name}: a path is not empty and holds no NUL; expected a path")
    return text


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}"


def whole(value: Any, name: str, least: int, most: int = 2**62) -> int:
    """An int within bounds; numpy's integers count, True and False don't."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise InputError(f"{name} = {_short(value)}: expected a whole number, {least} or more")
    if not least <= int(value) <= most:
        raise InputError(f"{name} = {int(value)}: expected a whole number from {least} to {most}")
    return int(value)


def optional_whole(value: Any, name: str, least: int, most: int = 2**31 - 1) -> Optional[int]:
    return None if value is None else whole(value, name, least, most)


def number(value: Any, name: str, least: float, most: float = float("inf")) -> float:
    """A finite float within bounds."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InputError(f"{name} = {_short(value)}: expected a number")
    if not (np.isfinite(value) and least <= value <= most):
        raise InputError(f"{name} = {value}: expected a number from {least:g} to {most:g}")
    return float(value)


def flag(value: Any, name: str) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{name} = {_short(value)}: expected True or False")
    return bool(value)


def text(value: Any, name: str, expected: str = "a text") -> str:
    """A str that the core can take."""
    if not isinstance(value, str):
        raise InputError(f"{name} = {_short(value)}: expected {expected}")
    if not value.isprintable():
        raise InputError(f"{name} = {_short(value)}: expected {expected} without control characters")
    return value


def one_of(value: Any, name: str, known: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise InputError(f"{name} = {_short(value)}: expected {', '.join(known[:-1])} or {known[-1]}")
    return value


def _short(value: Any) -> str:
    shown = " ".join(repr(value).split())
    return shown if len(shown) <= 60 else shown[:57] + "..."


def threads_of(threads: Any) -> int:
    """Threads that are asked for; all cores if left out."""
    given = whole(threads, "threads", 0, 4096) if threads is not None else 0
    return given or os.cpu_count() or 1


def accumulator_texts(accumulator: Accumulator) -> List[str]:
    """Rules as `--accumulator` takes them: of all units, or of one by its name or its layer's."""
    if accumulator is None:
        return []
    if isinstance(accumulator, Mapping):
        rules = []
        for unit, choice in accumulator.items():
            name = text(unit, "accumulator", "the name of a unit or a layer")
            if "=" in name:
                raise InputError(f"accumulator: no unit or layer is called {name!r}; expected its name alone")
            rules.append(f"{name}={_choice(choice)}" if name else _choice(choice))
        return rules
    if isinstance(accumulator, (list, tuple)):
        return [_choice(choice) for choice in accumulator]
    return [_choice(accumulator)]


def _choice(choice: Any) -> str:
    if isinstance(choice, (int, np.integer)) and not isinstance(choice, (bool, np.bool_)):
        return str(int(choice))
    return text(choice, "accumulator", 'a width in bits, or a text such as "12:wrap:per_product" or "certified"')


def folding_of(folding: Folding) -> Tuple[bytes, str]:
    """(path of FINN's folding_config.json, what such a file would hold)"""
    if folding is None:
        return b"", ""
    if isinstance(folding, Mapping):
        try:
            return b"", json.dumps(folding)
        except (TypeError, ValueError) as wrong:
            raise InputError(f"folding: {wrong}; expected what a folding_config.json holds") from None
    return path_text(folding, "folding"), ""


def data_of(frames: Frames, labels: Any, facts: Mapping[str, Any], skip: Any, count: Any) -> _core.Data:
    """Frames from an array [frames, ...], or from what `--data` takes, with the class of each where it is known."""
    left_out = whole(skip, "skip", 0) if skip is not None else 0
    most = whole(count, "frames", 1) if count is not None else 0
    if isinstance(frames, (str, os.PathLike)):
        of_labels = b""
        if labels is not None:
            if not isinstance(labels, (str, os.PathLike)):
                raise InputError("labels: data by name takes the path of a .npy file; expected a path")
            of_labels = path_text(labels, "labels")
        return _core.load_data(path_text(frames, "data"), of_labels, left_out, most, facts["held_back"], None)
    array = _array_of(frames, "x")
    expected = list(facts["input_shape"][1:])
    if array.ndim < 2 or array.size == 0:
        raise InputError(f"x: an array of shape {_shape(array.shape)}; expected [frames, ...], one frame at least")
    if array.ndim > 2 and len(expected) > 1 and list(array.shape[1:]) != expected:
        raise InputError(
            f"x: frames of {_shape(array.shape[1:])}; expected {_shape(expected)}, or [{int(np.prod(expected))}]"
        )
    classes = None
    if labels is not None:
        classes = _array_of(labels, "labels")
        if classes.dtype.kind not in "iu":
            raise InputError(f"labels: an array of {classes.dtype}; expected integers, the class of each frame")
    return _core.make_data(_plain(array), classes, "x", left_out, most)


def _shape(shape: Sequence[int]) -> str:
    return "[" + ", ".join(str(size) for size in shape) + "]"


def _array_of(values: Any, name: str) -> "np.ndarray[Any, Any]":
    if hasattr(values, "detach"):  # a tensor of PyTorch
        values = values.detach().cpu()
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as wrong:
        raise InputError(f"{name}: {wrong}; expected an array of numbers") from None
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise InputError(f"{name}: an array of {array.dtype}; expected bool, integers or floats of up to 64 bits")
    return array


def _plain(array: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Contiguous and in the machine's byte order; reals are float32, as the network's formulas are. No copy if it is so."""
    kind = np.dtype(np.float32) if array.dtype.kind == "f" else array.dtype.newbyteorder("=")
    with np.errstate(over="ignore"):
        plain = np.ascontiguousarray(array, dtype=kind)
    if array.dtype.kind == "f" and not np.isfinite(plain).all():
        raise InputError("x: holds NaN, infinity, or numbers beyond float32; expected finite numbers")
    return plain


def integers(values: Any, name: str) -> "np.ndarray[Any, Any]":
    """An array of bool or integers, aligned and in the machine's byte order; a copy only where it is not so already."""
    array = _array_of(values, name)
    if array.dtype.kind == "f":
        raise InputError(f"{name}: an array of {array.dtype}; expected integers")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return np.require(array, requirements="A")
