# SPDX-License-Identifier: Apache-2.0
"""An accelerator: what it computes, what it proves, what it costs."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Optional

from . import _core
from ._arguments import Frames, Path, data_of, flag, number, one_of, path_text, text, threads_of, whole
from ._progress import Tick, long_work
from ._tables import Table, table_of
from ._tensors import Names, evaluate, names_of
from .errors import InputError
from .results import Check, Estimate, Profile, Run

HARDWARE = ("spillway", "finn-hls", "finn-rtl", "finn-formula")
_FIFOS = ("none", "live", "full-rate")


class Design:
    """Units with their folds and registers, and the streams between them. `Network.lower` and `explore` make it."""

    def __init__(self, core: _core.Design, facts: Dict[str, Any]) -> None:
        self._core = core
        self._facts = facts
        self._json: Optional[Dict[str, Any]] = None

    @property
    def info(self) -> Dict[str, Any]:
        """What `spillway info --json` prints of it (docs/json.md)."""
        if self._json is None:
            self._json = json.loads(self._core.json())
        return self._json

    @property
    def units(self) -> Table:
        """A row a unit: name, kind, layer, mh, mw, pe, simd, accumulator, accumulator_from, cycles_per_frame."""
        fields = [("name", "U"), ("kind", "U"), ("layer", "U"), ("mh", "i8"), ("mw", "i8"), ("pe", "i4"), ("simd", "i4")]
        fields += [("accumulator", "U"), ("accumulator_from", "U"), ("cycles_per_frame", "i8")]
        rows = [tuple(unit.get(name, "" if kind == "U" else 0) for name, kind in fields) for unit in self.info["units"]]
        return table_of(fields, rows)

    @property
    def notes(self) -> List[str]:
        """What was assumed, a line each, and the claims of the file that their proofs refute."""
        lines = [f"{where}: {what}: {value} ({why})" for where, what, value, why in self._core.notes()]
        return lines + [f"warning: {line}" for line in self._core.refuted()]

    @property
    def folding(self) -> Dict[str, Any]:
        """The folding as FINN's folding_config.json holds it; `Network.lower(folding=...)` takes it."""
        folding: Dict[str, Any] = json.loads(self._core.folding())
        return folding

    def simulate(
        self,
        x: Frames,
        labels: Any = None,
        engine: str = "auto",
        *,
        frames: Optional[int] = None,
        skip: Optional[int] = None,
        max_events: int = 1_000_000,
        compare: bool = False,
        exact: bool = True,
        stall_source: float = 0.0,
        stall_sink: float = 0.0,
        seed: int = 1,
        waves: Optional[Path] = None,
        output: Optional[Path] = None,
        force: bool = False,
        threads: Optional[int] = None,
        quiet: bool = False,
    ) -> Run:
        """Runs the accelerator bit for bit.

        x: an array [frames, ...] in the file's order of a frame: uint8 (p stands for p / 255, or for p where the
            network takes integers), bool, or reals; or a data set as `--data` takes it: a name, a folder, a file.
        labels: the class of each frame, [frames]; of data by name a .npy file.
        engine: "fast", "cycle" (the SystemC model), or "auto": fast unless stalls, waves or compare need a clock.
        frames, skip: a part of x.
        max_events: events that the log keeps; counters are exact whatever it keeps.
        compare: every stream with the integer network (cycle engine).
        exact: compare with registers of full width, for exact_accuracy and mean_abs_error.
        stall_source, stall_sink, seed: random stalls at both ends (cycle engine).
        waves: a VCD file to write (cycle engine).
        output: a run directory to write, for `spillway trace` and `spillway report`; an interrupted run goes on there.

        Ctrl-C raises Interrupted at once. Raises InputError for data that does not fit the network.
        """
        data = data_of(x, labels, self._facts, skip, frames)
        directory = path_text(output, "output") if output is not None else b""
        advice = f"; the same call goes on from what is in {os.fsdecode(directory)}" if directory else ""
        with long_work("frames", flag(quiet, "quiet"), advice) as tick:
            run = _core.simulate(
                self._core,
                data,
                one_of(engine, "engine", ("auto", "cycle", "fast")),
                whole(max_events, "max_events", 0),
                flag(compare, "compare"),
                flag(exact, "exact"),
                number(stall_source, "stall_source", 0, 0.99),
                number(stall_sink, "stall_sink", 0, 0.99),
                whole(seed, "seed", 0),
                path_text(waves, "waves") if waves is not None else b"",
                directory,
                flag(force, "force"),
                "spillway.Design.simulate",
                threads_of(threads),
                tick,
            )
        return Run(run, self.info)

    def tensors(
        self,
        x: Frames,
        names: Names = None,
        *,
        frames: Optional[int] = None,
        skip: Optional[int] = None,
        quiet: bool = False,
    ) -> Dict[str, Any]:
        """Tensors of the file by name, as this accelerator has them: float64 [frames, ...], in the file's shape and scale.

        x, frames, skip: as `simulate` takes them.
        names: a tensor's name, or a list; left out, all.

        What a stream carries comes out of the registers, overflows included; what no stream carries is what the file's
        formulas make of that.
        """

        def core(data: _core.Data, wanted: List[str], tick: Optional[Tick]) -> List[Any]:
            return _core.design_tensors(self._core, data, wanted, tick)

        known = [tensor["name"] for tensor in self.info["tensors"]]
        return evaluate(core, self._facts, x, names_of(names, known), skip, frames, quiet)

    def check(
        self,
        *,
        tiles: Optional[str] = None,
        data: Optional[Frames] = None,
        frames: Optional[int] = None,
        skip: Optional[int] = None,
        threads: Optional[int] = None,
        quiet: bool = False,
    ) -> Check:
        """Proves the registers that were asked for, or that the file claims; see `Network.check`."""
        of_data = data_of(data, None, self._facts, skip, frames) if data is not None else None
        of_tiles = "" if tiles is None else text(tiles, "tiles", 'a text such as "8x16:12"')
        with long_work("frames", flag(quiet, "quiet")) as tick:
            return Check(_core.check(self._core, of_tiles, of_data, threads_of(threads), tick))

    def profile(
        self,
        x: Frames,
        *,
        frames: Optional[int] = None,
        skip: Optional[int] = None,
        threads: Optional[int] = None,
        quiet: bool = False,
    ) -> Profile:
        """What the data asks of registers: the bits that every sum of every dot product needs, in one exact pass."""
        data = data_of(x, None, self._facts, skip, frames)
        with long_work("frames", flag(quiet, "quiet")) as tick:
            return Profile(json.loads(_core.profile(self._core, data, threads_of(threads), tick)))

    def estimate(self, hardware: str = "spillway", device: str = "xc7z020", *, quiet: bool = False) -> Estimate:
        """The price: LUT, FF, block memories, DSP, as a tree of terms with their formulas. It is modelled.

        hardware: "spillway" (our RTL, as Yosys counts it), "finn-hls", "finn-rtl" (FINN's, as Vivado does) or
            "finn-formula" (FINN's published estimate).
        device: a device or a board: "xc7z020", "pynq-z1", "zcu104".
        """
        with long_work("pricing", flag(quiet, "quiet")) as tick:
            kind = one_of(hardware, "hardware", HARDWARE)
            return Estimate(json.loads(_core.estimate(self._core, kind, text(device, "device"), tick)))

    def rtl(
        self,
        directory: Path,
        *,
        name: Optional[str] = None,
        x: Optional[Frames] = None,
        frames: int = 2,
        seed: int = 1,
        fifos: str = "none",
        output_register: str = "enable",
        force: bool = False,
        quiet: bool = False,
    ) -> List[str]:
        """Writes the accelerator as SystemVerilog with a test bench that `make` builds, and returns the files' names.

        x: the frames of the test bench; random ones if left out. frames: how many; 0: no test bench.
        fifos: "live" or "full-rate" makes the streams deep enough first.
        output_register: what holds up a unit with products whose output has no room: "enable", one clock enable for
        all its registers; "queue", results wait in a queue, in the same cycles.
        force: overwrite files of the same names in a directory that is not empty.
        """
        folder = path_text(directory, "directory")
        if os.path.exists(folder) and not os.path.isdir(folder):
            raise InputError(f"directory: {os.fsdecode(folder)} is a file; expected a folder")
        if os.path.isdir(folder) and not flag(force, "force") and set(os.listdir(folder)) - {b"unfinished"}:
            raise InputError(
                f"directory: {os.fsdecode(folder)} holds files already; expected an empty folder, or force=True"
            )
        data = data_of(x, None, self._facts, None, None) if x is not None else None
        top = "" if name is None else text(name, "name", "the name of the top module")
        with long_work("rtl", flag(quiet, "quiet")) as tick:
            kept = whole(frames, "frames", 0)
            made = one_of(fifos, "fifos", _FIFOS)
            style = one_of(output_register, "output_register", ("enable", "queue"))
            files = _core.write_rtl(self._core, folder, top, data, kept, whole(seed, "seed", 0), made, style, tick)
        return files[1]

    def __repr__(self) -> str:
        with_registers = sum(1 for unit in self.info["units"] if "accumulator" in unit)
        return f"<spillway.Design {self.info['name']}: {len(self.info['units'])} units, {with_registers} with registers>"

    def _repr_html_(self) -> str:
        return self.units._repr_html_()
