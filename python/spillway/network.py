# SPDX-License-Identifier: Apache-2.0
"""From a file to a network, and from a network to an accelerator."""

from __future__ import annotations

import html
import os
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

from . import _core
from ._arguments import (
    Accumulator,
    Folding,
    Frames,
    Path,
    accumulator_texts,
    data_of,
    flag,
    folding_of,
    one_of,
    optional_whole,
    path_text,
    text,
    threads_of,
)
from ._progress import Tick, long_work
from ._tables import html_table
from ._tensors import Names, evaluate, names_of
from .design import Design
from .errors import InputError
from .results import Check


class Note(NamedTuple):
    """What was decided where a file leaves something open, or is not followed to the letter."""

    where: str  #: a node or a tensor of the file
    what: str  #: what the file leaves open
    value: str  #: what was taken
    why: str  #: the reason

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.value} ({self.why})"


class Network:
    """A network, read and turned into exact integers. `load` makes it; it is never changed."""

    def __init__(self, core: _core.Network) -> None:
        self._core = core
        self._facts = core.shapes()

    @property
    def name(self) -> str:
        """The name in the file."""
        return str(self._facts["name"])

    @property
    def path(self) -> str:
        """The file that it was read from, or what stands for it."""
        return os.fsdecode(self._core.path())

    @property
    def notes(self) -> List[Note]:
        """What was assumed. Nothing is assumed in silence."""
        return [Note(*note) for note in self._core.notes()]

    @property
    def metadata(self) -> Dict[str, str]:
        """The file's metadata."""
        return dict(self._facts["metadata"])

    @property
    def input_shape(self) -> Tuple[int, ...]:
        """The shape of the file's input, the batch included."""
        return tuple(self._facts["input_shape"])

    @property
    def input_type(self) -> str:
        """The integers that enter the accelerator: "UINT8"."""
        return str(self._facts["input_type"])

    @property
    def output_shape(self) -> Union[Tuple[int, ...], Dict[str, Tuple[int, ...]]]:
        """The shape of a frame's output as the file has it, without the batch; of several a dict by their names."""
        several = {name: tuple(shape) for name, shape in self._facts["output_shapes"]}
        return several if several else tuple(self._facts["output_shape"])

    @property
    def tensor_names(self) -> List[str]:
        """The names of the tensors that `tensors` has, in the file's order: the input, then what the nodes make."""
        return [name for name, _, _ in _core.tensor_facts(self._core)]

    def tensors(
        self,
        x: Frames,
        names: Names = None,
        *,
        frames: Optional[int] = None,
        skip: Optional[int] = None,
        quiet: bool = False,
    ) -> Dict[str, Any]:
        """Tensors by name, as the file's formulas say: float64 [frames, ...] in the file's shape and scale.

        x, frames, skip: as `Design.simulate` takes them.
        names: a tensor's name, or a list; left out, all (`tensor_names`).

        What quantizers decide and what leaves the network is exact; what is computed between is computed in double.
        """

        def core(data: _core.Data, wanted: List[str], tick: Optional[Tick]) -> List[Any]:
            return _core.network_tensors(self._core, data, wanted, tick)

        return evaluate(core, self._facts, x, names_of(names, self.tensor_names), skip, frames, quiet)

    def lower(
        self,
        folding: Folding = None,
        accumulator: Accumulator = None,
        *,
        pe: Optional[int] = None,
        simd: Optional[int] = None,
        multipliers: Optional[str] = None,
        calibration: Optional[Frames] = None,
        calibration_frames: Optional[int] = None,
        validation: Optional[Frames] = None,
        validation_labels: Any = None,
        validation_frames: Optional[int] = None,
        threads: Optional[int] = None,
        quiet: bool = False,
    ) -> Design:
        """The accelerator: units, streams, and a register for each unit with accumulators.

        folding: FINN's folding_config.json, as a path or as the dict that it holds.
        accumulator: what `--accumulator` takes: 12, "14:wrap:per_product", "certified", "claimed", "data-type",
            "observed:1", "searched:0.5"; a dict of these by unit or layer ({"MVAU_0": 12, "": "certified"}: "" is all of them); or a
            list of rules ["certified", "MVAU_0=12"], of which the last that fits counts.
        pe, simd: folds of every matrix unit, which must divide its rows and columns.
        multipliers: "lut" or "dsp".
        calibration: frames that observed registers are observed on, as `simulate` takes x.
        validation, validation_labels: frames that searched registers are searched on, and their classes; left out, the
            images that training held back, where the file says so.
        """
        path, folding_text = folding_of(folding)
        data = None
        if calibration is not None:
            data = data_of(calibration, None, self._facts, None, calibration_frames)
        texts = accumulator_texts(accumulator)
        if validation is None and any("searched" in rule for rule in texts):
            validation = self._facts["validation"]
        checked = None
        if validation is not None:
            checked = data_of(validation, validation_labels, self._facts, None, validation_frames)
        with long_work("lowering", flag(quiet, "quiet")) as tick:
            return Design(
                _core.lower(
                    self._core,
                    path,
                    folding_text,
                    texts,
                    optional_whole(pe, "pe", 1),
                    optional_whole(simd, "simd", 1),
                    one_of(multipliers, "multipliers", ("lut", "dsp")) if multipliers is not None else "",
                    data,
                    checked,
                    validation if isinstance(validation, str) else "x",
                    threads_of(threads),
                    tick,
                ),
                self._facts,
            )

    def check(
        self,
        accumulator: Accumulator = None,
        *,
        tiles: Optional[str] = None,
        data: Optional[Frames] = None,
        frames: Optional[int] = None,
        skip: Optional[int] = None,
        threads: Optional[int] = None,
        quiet: bool = False,
    ) -> Check:
        """Proves the widths of registers over every possible input, or finds inputs that overflow them.

        accumulator: the widths to prove, as `lower` takes them; left out, what the file claims.
        tiles: proves tiled accumulation too: "P_IxT:P_O".
        data: also runs the file in float32 and its integers on these frames, and explains what differs.
        """
        return self.lower(accumulator=accumulator, threads=threads, quiet=quiet).check(
            tiles=tiles, data=data, frames=frames, skip=skip, threads=threads, quiet=quiet
        )

    def __repr__(self) -> str:
        return f"<spillway.Network {self.path}: {self._facts['nodes']} nodes, input {self.input_type}>"

    def _repr_html_(self) -> str:
        rows = [tuple(note) for note in self.notes]
        head = f"<b>{html.escape(self.path)}</b>: {self._facts['nodes']} nodes, input {html.escape(self.input_type)}"
        return head + (html_table(Note._fields, rows, "assumed") if rows else "")


def load(
    model: Union[Path, bytes, bytearray, memoryview, Any],
    *,
    input: Optional[str] = None,
    xnor_popcount: bool = False,
    quiet: bool = False,
) -> Network:
    """Reads a QONNX or QCDQ network and turns it into integers.

    model: a path, the bytes of such a file, or an onnx.ModelProto.
    input: what an input is that the file does not quantize: "FIXED<16,6>", "UINT8/255", "INT4", "BIPOLAR".
    xnor_popcount: layers of bipolar weights on bipolar inputs count agreements, as XNOR hardware does.

    Raises InputError for a file that is no network or cannot be taken, SystemRefused where it cannot be read.
    """
    of_input = "" if input is None else text(input, "input", 'a type such as "UINT8/255"')
    popcount = flag(xnor_popcount, "xnor_popcount")
    with long_work("reading", flag(quiet, "quiet")) as tick:
        if isinstance(model, (str, os.PathLike)):
            return Network(_core.load_file(path_text(model, "model"), of_input, popcount, tick))
        if isinstance(model, (bytes, bytearray, memoryview)):
            return Network(_core.load_bytes(bytes(model), "model", of_input, popcount, tick))
        if hasattr(model, "SerializeToString"):
            name = getattr(getattr(model, "graph", None), "name", "") or "model"
            return Network(_core.load_bytes(model.SerializeToString(), name, of_input, popcount, tick))
    raise InputError(f"model: a {type(model).__name__}; expected a path, bytes or an onnx.ModelProto")
