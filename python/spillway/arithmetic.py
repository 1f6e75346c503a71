# SPDX-License-Identifier: Apache-2.0
"""Registers and certificates on arrays of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from . import _core
from ._arguments import flag, integers, text, threads_of, whole
from ._progress import long_work
from ._tables import html_table
from .errors import InputError


@dataclass(frozen=True)
class Dot:
    """Dot products through registers. All arrays have the broadcast shape of w and x without the last axis."""

    accumulator: str  #: the register's format
    stored: Any  #: what the register holds in the end: int64, or Python ints where those are too few
    exact: Any  #: the sum at full width
    events: Any  #: additions that the register did not hold, int64

    @property
    def overflows(self) -> Any:
        """Dot products with an event, bool."""
        return self.events > 0

    @property
    def persistent(self) -> Any:
        """Dot products whose exact sum does not fit the register either, bool."""
        bits = int(self.accumulator.split(":")[0])
        least, greatest = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        if bits > 64:  # int64 is never beyond
            if self.exact.dtype != object:
                return np.zeros(self.exact.shape, dtype=bool)
        return np.asarray((self.exact < least) | (self.exact > greatest), dtype=bool)

    def __array__(self, dtype: Any = None) -> Any:
        return np.asarray(self.stored, dtype=dtype)

    def __repr__(self) -> str:
        shape = np.shape(self.stored)
        return f"<spillway.Dot {shape} in {self.accumulator}: {int(np.sum(self.events))} overflow events>"


def dot(
    w: Any,
    x: Any,
    accumulator: Any = 32,
    order: Optional[Sequence[int]] = None,
    *,
    simd: int = 1,
    threads: Optional[int] = None,
    quiet: bool = False,
) -> Dot:
    """Dot products along the last axis of w and x, each through a P-bit register, addition by addition.

    w, x: integers or bool, [..., K]. The axes before the last broadcast as NumPy's do: of w [M, K] and x [N, 1, K]
        come [N, M] dot products. Any strides and byte order; nothing is copied that need not be.
    accumulator: P, or "P[:wrap|saturate[:per_product|per_cycle|final]]".
    order: the column of w and x that is added at each step, a permutation of 0..K-1; left out: as they stand.
    simd: products of a cycle, whose sum is one addition where the scope is per_cycle; it divides K.
    """
    weights, inputs = integers(w, "w"), integers(x, "x")
    for array, name in ((weights, "w"), (inputs, "x")):
        if array.ndim == 0 or array.shape[-1] == 0:
            raise InputError(f"{name}: an array of shape {list(array.shape)}; expected [..., K] with K products")
    if weights.shape[-1] != inputs.shape[-1]:
        raise InputError(f"w has {weights.shape[-1]} elements along its last axis and x {inputs.shape[-1]}; expected as many")
    ranges = (_range(weights, "w"), _range(inputs, "x"))
    try:
        weights, inputs = np.broadcast_arrays(weights, inputs)
    except ValueError:
        raise InputError(
            f"w {list(weights.shape)} and x {list(inputs.shape)} do not broadcast; "
            "expected axes before the last that are equal or 1, such as w[M, K] and x[N, 1, K]"
        ) from None
    columns = _order(order, weights.shape[-1])
    register = _format(accumulator)
    with long_work("products", flag(quiet, "quiet")) as tick:
        products = whole(simd, "simd", 1, 2**31 - 1)
        made = _core.dot(weights, inputs, *ranges, register, columns, products, threads_of(threads), tick)
    return Dot(register, *made)


def _range(array: "np.ndarray[Any, Any]", name: str) -> Tuple[int, int]:
    """The least and the greatest element; of narrow types those of the type, which need no look at the elements."""
    if array.dtype.kind == "b":
        return 0, 1
    if array.dtype.itemsize <= 1:
        info = np.iinfo(array.dtype)
        return int(info.min), int(info.max)
    if array.size == 0:
        return 0, 0
    low, high = int(array.min()), int(array.max())
    if high > 2**63 - 1:
        raise InputError(f"{name}: holds {high}; expected integers that int64 holds")
    return low, high


def _order(order: Optional[Sequence[int]], columns: int) -> Any:
    if order is None:
        return np.arange(columns, dtype=np.int64)
    given = integers(order, "order")
    if given.shape != (columns,) or not np.array_equal(np.sort(given), np.arange(columns)):
        raise InputError(f"order: an array of shape {list(given.shape)}; expected a permutation of 0 to {columns - 1}")
    return np.ascontiguousarray(given, dtype=np.int64)


def _format(accumulator: Any) -> str:
    """The register's format, with everything stated."""
    if isinstance(accumulator, str):
        given = text(accumulator, "accumulator")
    else:
        given = str(whole(accumulator, "accumulator", 1, 4096))
    return _core.format_text(given)


class Certificates:
    """What no input overflows: the exact statement about each row of weights, over every input of a type."""

    def __init__(self, w: Any, input_type: str, rows: List[Tuple[int, int, int, int]]) -> None:
        self._w = w
        #: the type of the inputs: "UINT8"
        self.input_type = input_type
        #: the least width of each row's register that no input overflows, in any order of addition; int64 [channels]
        self.minimal_bits = np.array([row[0] for row in rows], dtype=np.int64)
        #: the least and the greatest sum that some input and order reach; int64, or Python ints where those are too few
        self.low, self.high = _numbers([row[1] for row in rows]), _numbers([row[2] for row in rows])
        #: the sum of the weights' magnitudes
        self.l1_norm = _numbers([row[3] for row in rows])

    @property
    def bits(self) -> int:
        """The least width that holds every row."""
        return int(self.minimal_bits.max())

    def holds(self, bits: int) -> Any:
        """Rows that no input overflows in registers of so many bits; bool [channels]."""
        return self.minimal_bits <= whole(bits, "bits", 1, 4096)

    def witness(self, channel: int, bits: int) -> Any:
        """An input, int64 [products], whose dot product with a row does not fit `bits`. Raises InputError if none is."""
        return _core.find_witness(
            self._w, self.input_type, whole(channel, "channel", 0), whole(bits, "bits", 1, 4096)
        )[0]

    def __len__(self) -> int:
        return len(self.minimal_bits)

    def __repr__(self) -> str:
        return f"<spillway.Certificates of {len(self)} rows, inputs {self.input_type}: {self.bits} bits>"

    def _repr_html_(self) -> str:
        rows = list(zip(range(len(self)), self.minimal_bits.tolist(), self.low.tolist(), self.high.tolist()))[:20]
        return html_table(("channel", "minimal_bits", "low", "high"), rows, repr(self)[1:-1])


def certify(w: Any, input_type: str) -> Certificates:
    """Proves of each row of w, [channels, K] or [K], what its dot products reach over every input of a type ("UINT8")."""
    weights = integers(w, "w")
    return Certificates(weights, text(input_type, "input_type"), _core.certify(weights, text(input_type, "input_type")))


def _numbers(values: List[int]) -> Any:
    fits = all(-(2**63) <= value < 2**63 for value in values)
    return np.array(values, dtype=np.int64 if fits else object)
