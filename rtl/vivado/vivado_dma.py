# SPDX-License-Identifier: Apache-2.0
"""Made by spillway rtl: frames of @NAME@ as the bytes that a DMA moves, and back.

pack(x): integers [frames, elements] or [frames, ...], in the order of the input stream -> uint8 [frames, beats, bytes].
unpack(y): uint8 of whole frames, any shape -> int64 [frames, elements], in the order of the output stream. Where there
are several outputs, unpack(y, OUTPUTS[NAME]) is of the one of that name; they are in the order of m_axis_0, m_axis_1, ...
Element 0 of a beat stands at the least significant bits, the first byte is the least significant one.
"""

from collections import namedtuple

import numpy as np

Type = namedtuple("Type", "bits signed bipolar", defaults=(False, False))
Stream = namedtuple("Stream", "type lanes beats bytes")

INPUT = Stream(@IN_TYPE@, @IN_LANES@, @IN_BEATS@, @IN_BYTES@)
OUTPUTS = {@OUTPUTS@}
OUTPUT = next(iter(OUTPUTS.values()))


def _bits_of(values, of):
    if of.bipolar:
        return ((values + 1) // 2)[..., None].astype(np.uint8)
    return ((values[..., None] >> np.arange(of.bits)) & 1).astype(np.uint8)


def pack(x):
    """Throws ValueError for values beyond the type of the input, and for frames of another size."""
    x = np.asarray(x)
    if x.dtype.kind not in "iub":
        raise ValueError(f"the input is of integers, not of {x.dtype}")
    if INPUT.type.bits > 62:
        raise ValueError(f"elements of {INPUT.type.bits} bits are beyond NumPy's integers")
    elements = INPUT.lanes * INPUT.beats
    if x.ndim == 0 or x.size == 0 or x[0].size != elements:
        raise ValueError(f"an array of {x.shape} is not of whole frames of {elements} elements")
    values = x.astype(np.int64).reshape(-1, INPUT.beats, INPUT.lanes)
    low = -1 if INPUT.type.bipolar else -(1 << (INPUT.type.bits - 1)) if INPUT.type.signed else 0
    high = 1 if INPUT.type.bipolar else (1 << (INPUT.type.bits - INPUT.type.signed)) - 1
    if values.min() < low or values.max() > high or (INPUT.type.bipolar and (values == 0).any()):
        raise ValueError(f"values {values.min()} to {values.max()}, where the input holds {low} to {high}")
    bits = _bits_of(values, INPUT.type).reshape(len(values), INPUT.beats, -1)
    padding = 8 * INPUT.bytes - bits.shape[2]
    return np.packbits(np.pad(bits, ((0, 0), (0, 0), (0, padding))), axis=2, bitorder="little")


def unpack(y, of=OUTPUT):
    """Throws ValueError for bytes that are not whole frames."""
    y = np.ascontiguousarray(y, dtype=np.uint8)
    if of.type.bits > 62:
        raise ValueError(f"elements of {of.type.bits} bits are beyond NumPy's integers")
    if y.size == 0 or y.size % (of.beats * of.bytes):
        raise ValueError(f"{y.size} bytes are not whole frames of {of.beats} beats of {of.bytes} bytes")
    bits = np.unpackbits(y.reshape(-1, of.beats, of.bytes), axis=2, bitorder="little")
    bits = bits[:, :, : of.lanes * of.type.bits].reshape(-1, of.beats * of.lanes, of.type.bits)
    if of.type.bipolar:
        return 2 * bits[..., 0].astype(np.int64) - 1
    values = (bits.astype(np.int64) << np.arange(of.type.bits)).sum(axis=2)
    if of.type.signed:
        values -= (values >> (of.type.bits - 1)) << of.type.bits
    return values
