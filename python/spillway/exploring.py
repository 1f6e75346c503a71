# SPDX-License-Identifier: Apache-2.0
"""Searches for designs, and studies of many."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import weakref
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

import numpy as np

from . import _charts, _core
from ._arguments import Folding, Path, flag, number, one_of, path_text, text, threads_of, whole
from ._progress import long_work
from ._tables import Table, table_of
from .design import HARDWARE, Design
from .errors import InputError, SystemRefused
from .network import Network

Budget = Union[None, int, float, str]


class Exploration:
    """A design that was searched for or looked at, its price and its rate. Prices are modelled, rates are exact."""

    def __init__(self, document: Dict[str, Any], design: Design) -> None:
        self.json = document  #: what `spillway explore --json` prints
        self.design = design  #: as it was found: simulate it, write its RTL

    @property
    def fps(self) -> float:
        """Frames a second that the design reaches at its clock; 0 where it deadlocks."""
        return float(self.json["reached"].get("fps", 0))

    @property
    def total(self) -> Dict[str, float]:
        """luts, ff, bram18, uram, dsp."""
        return dict(self.json["total"])

    @property
    def met(self) -> bool:
        """The rate that was asked for is reached."""
        return bool(self.json.get("met", True))

    @property
    def units(self) -> Table:
        """A row a unit: name, kind, pe, simd, cycles_per_frame, luts, ff, bram18, uram, dsp."""
        fields = [("name", "U"), ("kind", "U"), ("pe", "i4"), ("simd", "i4"), ("cycles_per_frame", "i8")]
        fields += [(kind, "f8") for kind in ("luts", "ff", "bram18", "uram", "dsp")]
        return table_of(fields, [tuple(unit.get(name, 0) for name, _ in fields) for unit in self.json["units"]])

    def __repr__(self) -> str:
        return f"<spillway.Exploration {self.fps:.1f} fps, {self.total['luts']:.0f} LUT on {self.json['device']}>"

    def _repr_html_(self) -> str:
        bars = [(str(name), float(luts)) for name, luts in self.units[["name", "luts"]].tolist()]
        return f"<b>{repr(self)[10:-1]}</b>" + _charts.bars(bars, "LUT") + self.units._repr_html_()


def explore(
    network: Union[Network, Design],
    *,
    fps: Optional[float] = None,
    cycles: Optional[int] = None,
    device: Optional[str] = None,
    hardware: str = "spillway",
    luts: Budget = None,
    ff: Budget = None,
    bram18: Budget = None,
    uram: Budget = None,
    dsp: Budget = None,
    clock_mhz: float = 200.0,
    fifos: Optional[str] = None,
    times: int = 0,
    quiet: bool = False,
) -> Exploration:
    """Finds the design with the fewest resources for a rate, or the fastest one within budgets, and sizes its FIFOs.

    network: a network, or a design whose registers and stated folds stay.
    fps, cycles: frames a second of the whole design, or cycles a frame of each unit; left out: the fastest that fits.
    device: as `Design.estimate` takes it. Without a rate, a budget or a device, a Design is looked at as it is.
    luts, ff, bram18, uram, dsp: budgets, a number or a percentage of the device ("60%").
    fifos: "full-rate", "live" or "none"; full-rate if a rate is searched for.
    times: says how long so many frames take.
    """
    if not isinstance(network, (Network, Design)):
        raise InputError(f"explore: a {type(network).__name__}; expected a Network or a Design")
    if fps is not None and cycles is not None:
        raise InputError("fps and cycles ask for one thing; expected one of them")
    design = network.lower(quiet=quiet) if isinstance(network, Network) else network
    given = {"luts": luts, "ff": ff, "bram18": bram18, "uram": uram, "dsp": dsp}
    budgets = {name: _budget(value, name) for name, value in given.items() if value is not None}
    has_rate = fps is not None or cycles is not None
    searches = has_rate or bool(budgets) or device is not None or isinstance(network, Network)
    streams = "none" if fifos is None else one_of(fifos, "fifos", ("none", "live", "full-rate"))
    full_rate = streams == "full-rate" if fifos is not None else searches and cycles is None
    with long_work("streams", flag(quiet, "quiet")) as tick:
        document, made = _core.explore(
            design._core,
            one_of(hardware, "hardware", HARDWARE),
            "xc7z020" if device is None else text(device, "device"),
            searches,
            whole(cycles, "cycles", 1) if cycles is not None else None,
            number(fps, "fps", 1e-9) if fps is not None else None,
            number(clock_mhz, "clock_mhz", 1e-3, 1e6),
            budgets,
            full_rate,
            streams,
            whole(times, "times", 0),
            tick,
        )
    return Exploration(json.loads(document), Design(made, design._facts))


def _budget(value: Any, name: str) -> str:
    if isinstance(value, str):
        return text(value, name)
    return f"{number(value, name, 0, 1e15):.15g}"


class Study:
    """Points of a study: designs with accuracy, overflow, rate and price."""

    def __init__(self, directory: str, counts: Sequence[int]) -> None:
        self.directory = directory  #: study.sqlite and manifest.json; `spillway report` makes its page
        self.points, self.present, self.made = counts  #: asked for; there already; computed now

    def select(self, sql: str, values: Sequence[Any] = ()) -> List[Dict[str, Any]]:
        """Rows of one SELECT on study.sqlite (docs/study-store.md)."""
        try:
            with sqlite3.connect(f"file:{os.path.join(self.directory, 'study.sqlite')}?mode=ro", uri=True) as store:
                store.row_factory = sqlite3.Row
                return [dict(row) for row in store.execute(sql, values)]
        except sqlite3.Error as wrong:
            raise InputError(f"select: {wrong}") from None

    def to_pandas(self) -> Any:
        """A DataFrame of the table `points`."""
        import pandas as pd

        return pd.DataFrame(self.select("SELECT * FROM points"))

    def __repr__(self) -> str:
        return f"<spillway.Study {self.points} points in {self.directory}>"

    def _repr_html_(self) -> str:
        rows = self.select("SELECT * FROM points")
        return f"<b>{repr(self)[10:-1]}</b>" + _charts.front(rows)


def study(
    what: Union[Path, Mapping[str, Any], None] = None,
    directory: Optional[Path] = None,
    *,
    networks: Union[None, str, Sequence[str]] = None,
    data: Any = None,
    accumulators: Any = None,
    foldings: Any = None,
    hardware: Any = None,
    devices: Any = None,
    force: bool = False,
    threads: Optional[int] = None,
    quiet: bool = False,
    **keys: Any,
) -> Study:
    """Compares designs: networks x registers x foldings x hardware. What is in the directory is not done again.

    what: a study file (docs/study.md), or the dict that such a file holds; left out: the keys that are given here,
        networks, data, accumulators, foldings, hardware, devices, and any other key of such a file.
    directory: where study.sqlite is made; left out: a directory that goes when the result does.
    """
    given = {"networks": networks, "data": data, "accumulators": accumulators, "foldings": foldings}
    given.update({"hardware": hardware, "devices": devices}, **keys)
    stated = {name: _plain(value) for name, value in given.items() if value is not None}
    folder, name = "", "the study"
    if what is None or isinstance(what, Mapping):
        document: Dict[str, Any] = {**(what or {}), **stated}
        try:
            content = json.dumps(document)
        except (TypeError, ValueError) as wrong:
            raise InputError(f"study: {wrong}; expected what a study file holds") from None
    else:
        if stated:
            raise InputError(f"{next(iter(stated))}: a study file says that itself; expected one or the other")
        path = os.fsdecode(path_text(what, "what"))
        try:
            with open(path, encoding="utf-8") as file:
                content = file.read()
        except (OSError, UnicodeDecodeError) as wrong:
            raise SystemRefused(f"{path}: {getattr(wrong, 'strerror', None) or 'is no text'}") from None
        folder, name = os.path.dirname(path), path
    temporary = directory is None
    place = tempfile.mkdtemp(prefix="spillway-study-") if directory is None else os.fsdecode(path_text(directory, "directory"))
    try:
        with long_work("points", flag(quiet, "quiet"), "; the same call goes on from there") as tick:
            counts = _core.study(
                content, name, folder, place, flag(force, "force"), "spillway.study", threads_of(threads), tick
            )
    except BaseException:
        if temporary:
            shutil.rmtree(place, ignore_errors=True)
        raise
    made = Study(place, counts)
    if temporary:
        weakref.finalize(made, shutil.rmtree, place, ignore_errors=True)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return value
