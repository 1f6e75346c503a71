# SPDX-License-Identifier: Apache-2.0
"""Where files of one network, or tensors of one's own, differ first."""

from __future__ import annotations

import html
import json
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union, overload

import numpy as np

from . import _core
from ._arguments import Frames, Path, _array_of, _shape, data_of, flag, number, path_text, threads_of, whole
from ._progress import long_work
from ._tables import html_table
from .errors import InputError
from .network import Network, load

File = Union[Path, Network]


@dataclass(frozen=True)
class Difference:
    """The first place at which something differs from what is expected."""

    file: str  #: the file that differs; "" for arrays
    what: str  #: "sums", "levels", "tensor", "output" or "labels"
    layer: str  #: the node that makes the tensor, in that file
    tensor: str  #: its name in that file
    channel: int  #: of the tensor
    position: int  #: row * width + column
    frame: int  #: of the data, counted from 0
    element: Optional[int]  #: of the frame of the expected tensor, in the file's order
    value: Optional[float]  #: as the file scales it
    expected: Optional[float]  #: what the reference has there
    number: Optional[int] = None  #: sum, level or label, in the whole numbers that are compared
    expected_number: Optional[int] = None  #: what the reference has there
    expected_tensor: str = ""  #: its name in the reference

    def __str__(self) -> str:
        found, expected = (
            (self.value, self.expected) if self.number is None else (self.number, self.expected_number)
        )
        where = f"{self.file}: " if self.file else ""
        place = f"channel {self.channel}" + (f", position {self.position}" if self.position else "")
        return f"{where}{self.what} of {self.tensor}, {place}, frame {self.frame}: {found!r}, expected {expected!r}"


class Comparison:
    """What `compare` found; it is true where all are equal."""

    def __init__(self, document: Dict[str, Any]) -> None:
        self.json = document  #: what `spillway compare --json` prints
        #: the first difference of each file that differs, in the order of the files
        self.differences: List[Difference] = [
            _difference(file["file"], file["difference"]) for file in document["files"] if file["difference"]
        ]
        #: (file, why) of the files that were left out
        self.left_out: List[Tuple[str, str]] = [
            (file["file"], file["left_out"]) for file in document["files"] if file["left_out"]
        ]

    @property
    def equal(self) -> bool:
        """No file differs on this data."""
        return bool(self.json["equal"])

    @property
    def first(self) -> Optional[Difference]:
        """The first difference of the first file that differs."""
        return self.differences[0] if self.differences else None

    def __bool__(self) -> bool:
        return self.equal

    def __repr__(self) -> str:
        found = f"differs: {self.first}" if self.first else "equal"
        return f"<spillway.Comparison of {len(self.json['files']) + 1} files on {self.json['frames']} frames: {found}>"

    def _repr_html_(self) -> str:
        rows = [(file["file"], file["result"], _line(file)) for file in self.json["files"]]
        return html_table(("file", "result", "where"), rows, "compared with " + html.escape(self.json["reference"]))


def _line(file: Mapping[str, Any]) -> str:
    if file["difference"]:
        return str(_difference("", file["difference"]))
    return str(file["left_out"] or "")


def _difference(file: str, of: Mapping[str, Any]) -> Difference:
    return Difference(
        file,
        of["what"],
        of["layer"],
        of["tensor"],
        of["channel"],
        of["position"],
        of["frame"],
        of["element"],
        of["value"],
        of["expected_value"],
        of["number"],
        of["expected_number"],
        of["expected_tensor"],
    )


@overload
def compare(
    expected: File,
    found: Mapping[str, Any],
    x: Frames,
    *,
    frames: Optional[int] = None,
    skip: Optional[int] = None,
    tolerance: float = 1e-5,
    quiet: bool = False,
) -> Optional[Difference]: ...


@overload
def compare(
    expected: File,
    found: Union[File, Sequence[File]],
    x: Optional[Frames] = None,
    *,
    frames: Optional[int] = None,
    skip: Optional[int] = None,
    seed: int = 1,
    threads: Optional[int] = None,
    quiet: bool = False,
) -> Comparison: ...


def compare(
    expected: File,
    found: Union[File, Sequence[File], Mapping[str, Any]],
    x: Optional[Frames] = None,
    *,
    frames: Optional[int] = None,
    skip: Optional[int] = None,
    seed: int = 1,
    tolerance: float = 1e-5,
    threads: Optional[int] = None,
    quiet: bool = False,
) -> Union[Comparison, Optional[Difference]]:
    """Says where files of one network differ first, or arrays from the tensors of a file.

    expected: a file or a folder of step files, as a path, or a Network.
    found: files or folders to compare with the first, as paths or Networks, one or a list: a `Comparison` is returned.
        Or a dict of arrays [frames, ...] by the names of tensors (`Network.tensor_names`), which some other program
        made of x: the first `Difference` is returned, or None.
    x: frames, as `Design.simulate` takes them; left out, `frames` (16) random ones from `seed`, for files only.
    tolerance: of arrays: how far a number may be off, as a share of the greatest in its tensor and frame.
    """
    if isinstance(found, Mapping):
        if x is None:
            raise InputError("x: left out; expected the frames that the arrays were made of")
        net = expected if isinstance(expected, Network) else load(expected, quiet=quiet)
        return _compare_arrays(net, found, x, skip, frames, number(tolerance, "tolerance", 0), quiet)
    files = [found] if isinstance(found, (str, os.PathLike, Network)) else list(found)
    items = [_file_of(file) for file in [expected, *files]]
    facts: Mapping[str, Any] = {"input_shape": (1,), "held_back": None}
    if isinstance(expected, Network):
        facts = expected._facts
    data = data_of(x, None, facts, skip, frames) if x is not None else None
    count = whole(frames, "frames", 1) if frames is not None else 16
    with long_work("frames", flag(quiet, "quiet")) as tick:
        text = _core.compare(items, data, count, whole(seed, "seed", 0), threads_of(threads), tick)
    return Comparison(json.loads(text))


def _file_of(file: File) -> Union[bytes, _core.Network]:
    return file._core if isinstance(file, Network) else path_text(file, "files")


def _compare_arrays(
    net: Network,
    found: Mapping[str, Any],
    x: Frames,
    skip: Optional[int],
    frames: Optional[int],
    tolerance: float,
    quiet: bool,
) -> Optional[Difference]:
    """Tensor by tensor in the file's order; of each the first frame, and there the first element that differs."""
    order = {name: place for place, name in enumerate(net.tensor_names)}
    names = sorted(found, key=lambda name: order.get(name, -1))
    expected = net.tensors(x, names, skip=skip, frames=frames, quiet=quiet)
    nodes = {name: node for name, node, _ in _core.tensor_facts(net._core)}
    for name in names:
        first = _first_difference(name, expected[name], found[name], tolerance)
        if first is not None:
            frame, element, value, right = first
            inner = int(np.prod(expected[name].shape[2:], dtype=np.int64))
            place = (element // inner, element % inner)
            return Difference("", "tensor", nodes[name], name, *place, frame, element, value, right, None, None, name)
    return None


def _first_difference(
    name: str, expected: Any, found: Any, tolerance: float
) -> Optional[Tuple[int, int, float, float]]:
    array = _array_of(found, name)
    if array.size != expected.size or array.shape[:1] != expected.shape[:1]:
        raise InputError(f"{name}: an array of shape {_shape(array.shape)}; expected {_shape(expected.shape)}")
    rows = expected.reshape(len(expected), -1)
    others = array.reshape(len(expected), -1).astype(np.float64)
    most = np.maximum(np.abs(rows).max(axis=1, initial=0), np.abs(others).max(axis=1, initial=0))
    differs = ~(np.abs(rows - others) <= tolerance * most[:, None])
    if not differs.any():
        return None
    frame, element = (int(place[0]) for place in np.nonzero(differs))
    return frame, element, float(others[frame, element]), float(rows[frame, element])
