# SPDX-License-Identifier: Apache-2.0
"""ONNX files, read and written field by field (onnx.proto's numbers), without ONNX's own library."""
import os
import struct

import numpy as np

FLOAT, UINT8, INT8, UINT16, INT16, INT32, INT64, UINT4, INT4, UINT2, INT2 = 1, 2, 3, 4, 5, 6, 7, 21, 22, 25, 26
TYPES = {1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 11: "<f8", 12: "<u4", 13: "<u8"}
NARROW = {UINT4: (4, False), INT4: (4, True), UINT2: (2, False), INT2: (2, True)}


def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while True:
        out += bytes([n & 127 | (128 if n > 127 else 0)])
        n >>= 7
        if not n:
            return out


def field(number, value):
    """One field: an integer, a float, or bytes (text, messages)."""
    if isinstance(value, (int, np.integer)):
        return varint(number << 3) + varint(int(value))
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(data):
    """(number, value) of each field of a message."""
    at = 0

    def number():
        nonlocal at
        shift = result = 0
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    while at < len(data):
        key = number()
        if key & 7 == 0:
            value = number()
        elif key & 7 == 5:
            value, at = data[at:at + 4], at + 4
        elif key & 7 == 1:
            value, at = data[at:at + 8], at + 8
        else:
            size = number()
            value, at = data[at:at + size], at + size
        yield key >> 3, value


def signed(n):
    return n - (1 << 64) if n >= 1 << 63 else n


def integers(value):
    """A repeated integer: one of it, or packed."""
    if isinstance(value, int):
        return [signed(value)]
    return [signed(v) for _, v in fields(b"".join(b"\0" + value[a:b] for a, b in spans(value)))]


def spans(data):
    start = 0
    for at, byte in enumerate(data):
        if byte < 128:
            yield start, at + 1
            start = at + 1


# --- writing ---

def tensor(name, array, elem=FLOAT, external=None):
    array = np.asarray(array)
    out = b"".join(field(1, n) for n in array.shape) + field(2, elem) + field(8, name)
    if elem in NARROW:
        bits, each = NARROW[elem][0], 8 // NARROW[elem][0]
        flat = [int(v) & ((1 << bits) - 1) for v in array.reshape(-1)] + [0] * each
        raw = bytes(sum(flat[i + k] << bits * k for k in range(each)) for i in range(0, array.size, each))
    else:
        raw = np.ascontiguousarray(array.astype(TYPES[elem])).tobytes()
    if external is None:
        return out + field(9, raw)
    location, offset = external
    entries = [("location", location), ("offset", str(offset)), ("length", str(len(raw)))]
    return out + b"".join(field(13, field(1, k) + field(2, v)) for k, v in entries) + field(14, 1), raw


def attribute(name, value):
    out = field(1, name)
    if isinstance(value, str):
        return out + field(4, value) + field(20, 3)
    if isinstance(value, float):
        return out + field(2, value) + field(20, 1)
    if isinstance(value, (list, tuple)):
        return out + b"".join(field(8, v) for v in value) + field(20, 7)
    return out + field(3, int(value)) + field(20, 2)


def node(op, inputs, outputs, name="", domain="", **attributes):
    out = b"".join(field(1, i) for i in inputs) + b"".join(field(2, o) for o in outputs)
    out += field(3, name) + field(4, op)
    out += b"".join(field(5, attribute(k, v)) for k, v in attributes.items())
    return out + (field(7, domain) if domain else b"")


def value_info(name, shape, elem=FLOAT):
    dims = b"".join(field(1, field(1, n)) for n in shape)
    return field(1, name) + field(2, field(1, field(1, elem) + field(2, dims)))


def annotation(name, datatype):
    return field(1, name) + field(2, field(1, "finn_datatype") + field(2, datatype))


def opset(domain, version):
    return field(1, domain) + field(2, version)


def function(domain, name, inputs, outputs, nodes, version):
    return (field(1, name) + b"".join(field(4, i) for i in inputs) + b"".join(field(5, o) for o in outputs) +
            b"".join(field(7, n) for n in nodes) + field(9, opset("", version)) + field(10, domain))


def model(nodes, initializers, inputs, outputs, annotations=(), functions=(), version=13, ir=8):
    graph = b"".join(field(1, n) for n in nodes) + field(2, "g") + b"".join(field(5, t) for t in initializers)
    graph += b"".join(field(11, i) for i in inputs) + b"".join(field(12, o) for o in outputs)
    graph += b"".join(field(14, a) for a in annotations)
    out = field(1, ir) + field(7, graph) + field(8, opset("", version))
    for domain in ("qonnx.custom_op.general", "qonnx.custom_op.channels_last", "com.microsoft", "local"):
        out += field(8, opset(domain, 1))
    return out + b"".join(field(25, f) for f in functions)


# --- reading ---

def read_tensor(data, folder):
    dims, elem, name, raw, floats, ints, external = [], FLOAT, "", b"", [], [], {}
    for key, value in fields(data):
        if key == 1:
            dims += integers(value)
        elif key == 2:
            elem = value
        elif key == 8:
            name = value.decode()
        elif key == 9:
            raw = value
        elif key == 4:
            floats += [v for v in np.frombuffer(value, "<f4")]
        elif key in (5, 7):
            ints += integers(value)
        elif key == 13:
            entry = dict((k, v.decode()) for k, v in fields(value))
            external[entry[1]] = entry[2]
    if external:
        with open(os.path.join(folder, external["location"]), "rb") as file:
            file.seek(int(external.get("offset", 0)))
            raw = file.read(int(external["length"]))
    if floats or ints:
        return name, np.array(floats or ints, TYPES[elem]).reshape(dims)
    if elem in NARROW:
        bits, is_signed = NARROW[elem]
        each, count = 8 // bits, int(np.prod(dims, dtype=np.int64))
        flat = np.array([raw[i // each] >> bits * (i % each) & ((1 << bits) - 1) for i in range(count)], np.int64)
        if is_signed:
            flat = np.where(flat >= 1 << (bits - 1), flat - (1 << bits), flat)
        return name, flat.reshape(dims)
    return name, np.frombuffer(raw, TYPES[elem]).reshape(dims)


def read_attribute(data, folder):
    name, kind, f, i, s, t, ints, floats, ref = "", 0, 0.0, 0, b"", None, [], [], ""
    for key, value in fields(data):
        if key == 1:
            name = value.decode()
        elif key == 20:
            kind = value
        elif key == 2:
            f = struct.unpack("<f", value)[0]
        elif key == 3:
            i = signed(value)
        elif key == 4:
            s = value
        elif key == 5:
            t = read_tensor(value, folder)[1]
        elif key == 8:
            ints += integers(value)
        elif key == 7:
            floats += list(struct.unpack("<%df" % (len(value) // 4), value))
        elif key == 21:
            ref = value.decode()
    return name, {1: f, 2: i, 3: s.decode("latin1"), 4: t, 6: floats, 7: ints}.get(kind, ref)


class Node:
    def __init__(self, data, folder):
        self.inputs, self.outputs, self.op, self.domain, self.attributes = [], [], "", "", {}
        for key, value in fields(data):
            if key == 1:
                self.inputs.append(value.decode())
            elif key == 2:
                self.outputs.append(value.decode())
            elif key == 4:
                self.op = value.decode()
            elif key == 5:
                name, content = read_attribute(value, folder)
                self.attributes[name] = content
            elif key == 7:
                self.domain = value.decode()


class Model:
    def __init__(self, path):
        folder = os.path.dirname(path)
        self.nodes, self.constants, self.inputs, self.outputs, self.functions, self.opset = [], {}, [], [], {}, 0
        with open(path, "rb") as file:
            data = file.read()
        for key, value in fields(data):
            if key == 8:
                entry = dict(fields(value))
                if not entry.get(1):
                    self.opset = entry[2]
            elif key == 25:
                self._add_function(value, folder)
            elif key == 7:
                for part, content in fields(value):
                    if part == 1:
                        self.nodes.append(Node(content, folder))
                    elif part == 5:
                        name, array = read_tensor(content, folder)
                        self.constants[name] = array
                    elif part in (11, 12):
                        (self.inputs if part == 11 else self.outputs).append(dict(fields(content))[1].decode())
        self.inputs = [i for i in self.inputs if i not in self.constants]

    def _add_function(self, data, folder):
        name, domain, inputs, outputs, nodes = "", "", [], [], []
        for key, value in fields(data):
            if key == 1:
                name = value.decode()
            elif key == 10:
                domain = value.decode()
            elif key == 4:
                inputs.append(value.decode())
            elif key == 5:
                outputs.append(value.decode())
            elif key == 7:
                nodes.append(Node(value, folder))
        self.functions[domain, name] = (inputs, outputs, nodes)
