# SPDX-License-Identifier: Apache-2.0
"""What came of proofs, simulations, profiles and prices."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from . import _charts, _core
from ._tables import Table, table_of


class Run:
    """A simulation, and everything that came of it. Frames are counted from 0 in what was simulated."""

    def __init__(self, core: _core.Run, info: Dict[str, Any]) -> None:
        self._core = core
        self._units: List[Dict[str, Any]] = info["units"]
        self.json: Dict[str, Any] = json.loads(core.json())  #: what `spillway simulate --json` prints

    @property
    def engine(self) -> str:
        """ "fast" or "cycle"."""
        return str(self.json["engine"])

    @property
    def frames(self) -> int:
        """Frames that were simulated."""
        return int(self.json["frames"])

    @property
    def accuracy(self) -> Optional[float]:
        """Share of frames whose class is their label, 0 to 1; None without labels."""
        return _optional_float(self.json["accuracy"])

    @property
    def exact_accuracy(self) -> Optional[float]:
        """The same with registers of full width."""
        return _optional_float(self.json["exact_accuracy"])

    @property
    def mean_abs_error(self) -> Optional[float]:
        """Mean absolute error of the outputs against registers of full width, in the file's unit."""
        return _optional_float(self.json["mean_abs_error"])

    @property
    def cycles(self) -> int:
        """Clock cycles from the first beat that was offered to the last that was taken."""
        return int(self.json["cycles"])

    @property
    def first_frame_latency(self) -> int:
        """Cycles until the first frame's last beat is out."""
        return int(self.json["first_frame_latency"])

    @property
    def overflow_events(self) -> int:
        """Additions that some register did not hold, of all frames."""
        return int(self.json["overflow_events"])

    @cached_property
    def _outputs(self) -> List[Tuple[str, Any, Any, Any]]:
        return self._core.outputs()

    def _of_outputs(self, part: Callable[[Any, Any, Any], Any]) -> Any:
        """Of an only output what `part` makes of it; of several a dict by their names, in the file's order."""
        if len(self._outputs) == 1:
            return part(*self._outputs[0][1:])
        return {name: part(*arrays) for name, *arrays in self._outputs}

    @cached_property
    def integers(self) -> Any:
        """The outputs as the accelerator's integers in the file's shape: int64 [frames, ...] (Python ints beyond). A file
        of several outputs has a dict of arrays by their names, here and in `outputs`, `scale` and `bias`."""
        return self._of_outputs(lambda integers, scale, bias: integers)

    @cached_property
    def outputs(self) -> Any:
        """The outputs in the file's shape and scale: float64 [frames, ...]; of several a dict of these by their names."""

        def real(integers: Any, scale: Any, bias: Any) -> Any:
            outputs = integers * scale
            outputs += bias
            return outputs.astype(np.float64, copy=False)

        return self._of_outputs(real)

    @cached_property
    def scale(self) -> Any:
        """What an integer is multiplied with: outputs = integers * scale + bias, as NumPy broadcasts."""
        return self._of_outputs(lambda integers, scale, bias: scale)

    @cached_property
    def bias(self) -> Any:
        """What is added to integers * scale."""
        return self._of_outputs(lambda integers, scale, bias: bias)

    @cached_property
    def classes(self) -> Any:
        """The class of each frame, int64 [frames]: the place of the greatest output, the first of equals."""
        return self._core.classes()[0]

    @cached_property
    def exact_classes(self) -> Any:
        """The same with registers of full width; None where `exact` was False."""
        return self._core.classes()[1] if self._core.has_exact() else None

    @cached_property
    def events(self) -> Table:
        """The log: a row an overflowing addition, in the order of the hardware. `unit` counts the units of `units`.

        Fields: frame, unit, position, channel, step, cycle, pe, persistent, before, addend, exact, stored. The last four
        are int64, or Python ints where a register has more than 64 bits.
        """
        rows = self._core.events()
        wide = self._core.wide_events()
        if wide:
            kinds = {name: "O" for name in ("before", "addend", "exact", "stored")}
            rows = rows.astype([(name, kinds.get(name, rows.dtype[name])) for name in rows.dtype.names])
            for row, *values in wide:
                for name, value in zip(kinds, values):
                    rows[name][row] = value
        return Table(rows, self._names)

    @cached_property
    def counters(self) -> Table:
        """Exact counts, a row a channel of each unit with registers; `unit` counts the units of `units`.

        Fields: unit, channel, dot_products, events, overflowing_dot_products, persistent_dot_products.
        """
        return Table(self._core.counters(), self._names)

    @cached_property
    def layers(self) -> Table:
        """The counts by layer, a row a unit with registers.

        Fields: unit, layer, accumulator, accumulator_from, dot_products, events, overflowing_dot_products,
        persistent_dot_products.
        """
        counts = ("dot_products", "events", "overflowing_dot_products", "persistent_dot_products")
        texts = ("layer", "accumulator", "accumulator_from")
        counters = np.asarray(self.counters)
        sums = {name: np.zeros(len(self._units), dtype=np.uint64) for name in counts}
        for name in counts:
            np.add.at(sums[name], counters["unit"], counters[name])
        rows = [
            (unit["name"], *(unit[name] for name in texts), *(int(sums[name][u]) for name in counts))
            for u, unit in enumerate(self._units)
            if "accumulator" in unit
        ]
        fields = [("unit", "U")] + [(name, "U") for name in texts] + [(name, "u8") for name in counts]
        return table_of(fields, rows)

    @cached_property
    def units(self) -> Table:
        """What each unit did in every cycle: name, kind, working, starved, blocked, draining (cycles)."""
        states = ("working", "starved", "blocked", "draining")
        fields = [("name", "U"), ("kind", "U")] + [(name, "u8") for name in states]
        return table_of(fields, [tuple(row.get(name, 0) for name, _ in fields) for row in self.json["units"]])

    @cached_property
    def streams(self) -> Table:
        """Each stream's depth and the most beats that it held: stream, depth, high_water."""
        fields = [("stream", "U"), ("depth", "i8"), ("high_water", "i8")]
        return table_of(fields, [tuple(row[name] for name, _ in fields) for row in self.json.get("streams", [])])

    @property
    def _names(self) -> Dict[str, Sequence[str]]:
        return {
            "unit": [unit["name"] for unit in self._units],
            "layer": [unit.get("layer", "") for unit in self._units],
        }

    def __repr__(self) -> str:
        accuracy = "" if self.accuracy is None else f", accuracy {100 * self.accuracy:.2f}%"
        return f"<spillway.Run {self.frames} frames, {self.engine} engine{accuracy}, {self.overflow_events} overflow events>"

    def __str__(self) -> str:
        return self._core.text().rstrip()

    def _repr_html_(self) -> str:
        head = repr(self)[len("<spillway.") : -1]
        return f"<b>{head}</b>" + _charts.run_map(self._units, self.units, self.layers) + self.layers._repr_html_()


def _optional_float(value: Any) -> Optional[float]:
    return None if value is None else float(value)


@dataclass(frozen=True)
class Witness:
    """An input that makes a channel's register overflow."""

    channel: int  #: the row of the unit's matrix
    low: int  #: the least sum of the channel over every input
    high: int  #: the greatest
    minimal_bits: int  #: the least width that no input overflows
    reached: int  #: what the dot product with `input` sums to
    overflow_events: int  #: when it runs through a register that wraps, product by product
    input: Any  #: int64 [MW]


@dataclass(frozen=True)
class Proof:
    """What is proven of the register of one unit over every possible input and every order of addition."""

    unit: str  #: its name
    layer: str  #: the node of the file that it computes
    rows: int  #: dot products of a position
    columns: int  #: products of a dot product
    weight_type: str  #: "INT4"
    input_type: str  #: "UINT4"
    minimal_bits: int  #: the least width that no input overflows
    l1_bound: int  #: the published bound of the weights' magnitudes, for comparison
    data_type_bound: int  #: the published bound of the types alone
    bits: Optional[int]  #: the width that was to be proven; None: nothing was asked for or claimed
    claimed: bool  #: by the file
    proved: bool  #: no input overflows a register of `bits`
    failures: List[Witness]  #: an input for each channel whose register overflows


class Check:
    """Certificates of registers, or witnesses against them."""

    def __init__(self, made: Tuple[Any, str, Optional[int], Optional[str]]) -> None:
        proofs, tiles, self.trained_to_wrap, differences = made
        #: a proof a unit with registers
        self.units: List[Proof] = [_proof(json.loads(facts), failures) for facts, failures in proofs]
        #: what is proven of tiled accumulation, as in the JSON of `spillway check`; witnesses are arrays
        self.tiles: List[Dict[str, Any]] = json.loads(tiles)
        for tile in self.tiles:
            for failure in tile["failures"]:
                failure["witness"] = np.array(failure["witness"], dtype=np.int64)
                failure["reached"] = int(failure["reached"])
        #: how the file in float32 differs from its integers on `data`; None without data
        self.differences: Optional[Dict[str, Any]] = None if differences is None else json.loads(differences)

    @property
    def safe(self) -> bool:
        """No width that was asked for or claimed is refuted."""
        return not any(unit.failures for unit in self.units) and not any(tile["failures"] for tile in self.tiles)

    @property
    def table(self) -> Table:
        """A row a unit: unit, layer, minimal_bits, l1_bound, data_type_bound, bits (0: none), claimed, proved, failures."""
        fields = [("unit", "U"), ("layer", "U"), ("minimal_bits", "i4"), ("l1_bound", "i4"), ("data_type_bound", "i4")]
        fields += [("bits", "i4"), ("claimed", "?"), ("proved", "?"), ("failures", "i4")]
        rows = []
        for unit in self.units:
            widths = (unit.minimal_bits, unit.l1_bound, unit.data_type_bound, unit.bits or 0)
            rows.append((unit.unit, unit.layer, *widths, unit.claimed, unit.proved, len(unit.failures)))
        return table_of(fields, rows)

    def __bool__(self) -> bool:
        return self.safe

    def __repr__(self) -> str:
        return f"<spillway.Check {'safe' if self.safe else 'NOT SAFE'}: {len(self.units)} registers>"

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


def _proof(facts: Dict[str, Any], failures: List[Dict[str, Any]]) -> Proof:
    names = ["unit", "layer", "rows", "columns", "weight_type", "input_type", "minimal_bits", "l1_bound"]
    names += ["data_type_bound", "bits", "claimed", "proved"]
    witnesses = []
    for failure in failures:
        of_input = failure.pop("witness")
        witnesses.append(Witness(input=of_input, **failure))
    return Proof(**{name: facts[name] for name in names}, failures=witnesses)


SCOPES = ("per_product", "per_cycle", "final")


class Profile:
    """The bits that the sums of dot products need, exactly, on some data."""

    def __init__(self, document: Dict[str, Any]) -> None:
        self.json = document  #: what `spillway profile --json` prints

    @property
    def frames(self) -> int:
        """Frames that were looked at."""
        return int(self.json["frames"])

    @property
    def layers(self) -> Table:
        """A row a unit: unit, layer, bits by scope (per_product, per_cycle, final), certified_bits, claimed_bits (0: none)."""
        fields = [("unit", "U"), ("layer", "U")] + [(scope, "i4") for scope in SCOPES]
        fields += [("certified_bits", "i4"), ("claimed_bits", "i4")]
        rows = []
        for unit in self.json["units"]:
            bits = (unit["sums"][scope]["bits"] for scope in SCOPES)
            rows.append((unit["name"], unit["layer"], *bits, unit["certified_bits"], unit["claimed_bits"] or 0))
        return table_of(fields, rows)

    @property
    def channels(self) -> Table:
        """A row a channel and scope: unit, layer, channel, scope, low, high, bits, certified_bits."""
        fields = [("unit", "U"), ("layer", "U"), ("channel", "i4"), ("scope", "U"), ("low", "i8"), ("high", "i8")]
        fields += [("bits", "i4"), ("certified_bits", "i4")]
        rows = []
        for unit in self.json["units"]:
            for number, channel in enumerate(unit["channels"]):
                for scope in SCOPES:
                    sums = channel["sums"][scope]
                    values = (sums["low"], sums["high"], sums["bits"], channel["certified_bits"])
                    rows.append((unit["name"], unit["layer"], number, scope, *values))
        return table_of(fields, rows)

    def overflowing(self, bits: int, scope: str = "per_cycle") -> Dict[str, int]:
        """By unit: dot products that overflow registers of `bits` bits that are looked at in this scope."""
        from ._arguments import one_of, whole

        width, key = whole(bits, "bits", 1, 4096), one_of(scope, "scope", SCOPES)
        result = {}
        for unit in self.json["units"]:
            needs = unit["sums"][key]["dot_products_by_bits"]
            result[unit["name"]] = sum(count for need, count in needs.items() if int(need) > width)
        return result

    def __repr__(self) -> str:
        return f"<spillway.Profile {self.frames} frames, {len(self.json['units'])} units>"

    def _repr_html_(self) -> str:
        return self.layers._repr_html_()


@dataclass(frozen=True)
class Cost:
    """A term of a price: its own amount, or the sum of its children's, in pieces of the kind that the root names."""

    name: str  #: the part of the unit
    amount: float  #: pieces of hardware
    formula: str  #: symbols only
    arguments: str  #: what they stand for here
    source: str  #: where the formula comes from
    children: List["Cost"]  #: the terms that add up to it

    def __str__(self) -> str:
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> List[str]:
        formula = f"  {self.formula}" if self.formula else ""
        lines = [f"{'  ' * depth}{self.name} {self.amount:.6g}{formula}"]
        for child in self.children:
            lines += child._lines(depth + 1)
        return lines


class Estimate:
    """A price, modelled: totals, units, and the terms that they are made of."""

    def __init__(self, document: Dict[str, Any]) -> None:
        self.json = document  #: what `spillway estimate --json` prints

    @property
    def total(self) -> Dict[str, Any]:
        """The sums, as in the JSON: luts, ff, bram18, uram, dsp, cycles, ..."""
        return dict(self.json["total"])

    @property
    def units(self) -> Table:
        """A row a unit and stream: unit, kind, luts, ff (0: no estimate), bram18, uram, dsp, cycles."""
        kinds = ("luts", "ff", "bram18", "uram", "dsp")
        fields = [("unit", "U"), ("kind", "U")] + [(kind, "f8") for kind in kinds] + [("cycles", "i8")]
        rows = []
        for unit in self.json["units"]:
            amounts = (float(unit.get(kind) or 0) for kind in kinds)
            rows.append((unit["unit"], unit.get("kind", ""), *amounts, unit.get("cycles", 0)))
        return table_of(fields, rows)

    @property
    def tree(self) -> Cost:
        """The LUTs term by term: the tree of each unit and stream below one root."""
        return self.tree_of("lut")

    def tree_of(self, kind: str) -> Cost:
        """The same of "lut", "ff", "bram18", "uram" or "dsp"; units without an estimate of it are left out."""
        from ._arguments import one_of

        name = one_of(kind, "kind", ("lut", "ff", "bram18", "uram", "dsp"))
        children = []
        for unit in self.json["units"]:
            children += [_cost_of(unit["unit"], term) for term in unit.get("terms", []) if term["name"] == name]
        return Cost(name, sum(child.amount for child in children), "", "", "", children)

    def __repr__(self) -> str:
        total = self.json["total"]
        return f"<spillway.Estimate {self.json.get('model', '')}: {total['luts']:.0f} LUT, modelled>"

    def _repr_html_(self) -> str:
        return _charts.bars([(str(u), float(n)) for u, n in self.units[["unit", "luts"]].tolist()], "LUT") + (
            self.units._repr_html_()
        )


def _cost_of(name: str, term: Dict[str, Any]) -> Cost:
    children = [_cost_of(child["name"], child) for child in term.get("terms", [])]
    formula, arguments, source = (str(term.get(key) or "") for key in ("formula", "arguments", "source"))
    return Cost(name, float(term.get("amount", 0)), formula, arguments, source, children)


__all__ = ["Check", "Cost", "Estimate", "Profile", "Proof", "Run", "Witness"]
