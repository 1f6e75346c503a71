# SPDX-License-Identifier: Apache-2.0
"""Random networks in FINN's dialect, with channels last, of one dimension, in every encoding of weights, with branches,
functions of one value and several outputs, each with an input and with what `evaluate.py` makes of it.

    python3 random_files.py FOLDER COUNT SEED

writes FOLDER/N.onnx, N.npy (frames) and N.expect.npy. All numbers are small integers times powers of two, so that float64
is exact, and ties do not depend on rounding errors."""
import os
import random
import sys

import numpy as np

import onnx_file as of
from evaluate import evaluate
from onnx_file import Model

GENERAL, LAST = "qonnx.custom_op.general", "qonnx.custom_op.channels_last"


class Network:
    """A file under construction: `tensor` is what was made last, [n, channels, positions ...] or channels last."""

    def __init__(self, folder, name, seed):
        self.folder, self.name = folder, name
        self.random, self.numbers = random.Random(seed), np.random.default_rng(seed)
        self.nodes, self.constants, self.annotations, self.functions = [], [], [], []
        self.data, self.count, self.version = b"", 0, self.random.choice([13, 14, 17, 21])
        self.external = self.random.random() < 0.2
        self.tensor, self.shape, self.last = "x", [], False
        self.more = []  # outputs beside the last tensor
        self.bounded = False  # a function with a limit was made last

    def new(self, what):
        self.count += 1
        return "%s_%d" % (what, self.count)

    def constant(self, array, elem=of.FLOAT, what="c"):
        name = self.new(what)
        if self.external and elem == of.FLOAT:
            message, raw = of.tensor(name, array, elem, (self.name + ".data", len(self.data)))
            self.data += raw
        else:
            message = of.tensor(name, array, elem)
        self.constants.append(message)
        return name

    def add(self, op, inputs, domain="", **attributes):
        output = self.new("t")
        name = self.random.choice(["", "node", op + output])  # names that repeat, too
        self.nodes.append(of.node(op, inputs, [output], name, domain, **attributes))
        return output

    def then(self, op, more=(), domain="", **attributes):
        self.tensor = self.add(op, [self.tensor] + list(more), domain, **attributes)

    # --- weights: a tensor of integers times a power of two, in one of the encodings ---

    def weights(self, shape, axis):
        how = self.random.choice(["quant", "bipolar", "annotated", "annotated", "plain", "qdq", "int4", "uint4", "int2",
                                  "blocks", "widths", "fixed"])
        size = [1] * len(shape)
        size[axis] = shape[axis]
        scale = 2.0 ** self.numbers.integers(-3, 1, size=size if self.random.random() < 0.4 else [])
        ints = self.numbers.integers(-3, 4, size=shape)
        if how == "bipolar":
            name = self.constant(self.numbers.choice([-1.0, 1.0], size=shape))
            return self.add("BipolarQuant", [name, self.constant(np.float32(0.5))], GENERAL)
        if how == "annotated":
            kind = self.random.choice(["BIPOLAR", "TERNARY", "INT4", "UINT3"])
            low, high = {"BIPOLAR": (0, 2), "TERNARY": (-1, 2), "INT4": (-8, 8), "UINT3": (0, 8)}[kind]
            ints = self.numbers.integers(low, high, size=shape)
            name = self.constant(2.0 * ints - 1 if kind == "BIPOLAR" else ints)
            self.annotations.append(of.annotation(name, kind))
            return name
        if how == "fixed":
            name = self.constant(self.numbers.integers(-8, 8, size=shape) * 0.25)
            self.annotations.append(of.annotation(name, "FIXED<4,2>"))
            return name
        if how == "plain":
            return self.constant(ints)
        if how == "widths":
            widths = self.numbers.integers(1, 5, size=size)
            inputs = [self.constant(self.numbers.integers(-40, 41, size=shape) * 0.125), self.constant(np.float32(0.25)),
                      self.constant(np.float32(0)), self.constant(widths)]
            return self.add("Quant", inputs, GENERAL, signed=1, narrow=0,
                            rounding_mode=self.random.choice(["ROUND", "FLOOR", "CEIL"]))
        elem = {"int4": of.INT4, "uint4": of.UINT4, "int2": of.INT2}.get(how, of.INT8)
        low, high = {of.INT4: (-8, 8), of.UINT4: (0, 16), of.INT2: (-2, 2)}.get(elem, (-20, 21))
        if how == "quant":
            name = self.constant(self.numbers.integers(-40, 41, size=shape) * 0.125)
            return self.add("Quant", [name, self.constant(scale), self.constant(np.float32(0)),
                                      self.constant(np.float32(4))], GENERAL, signed=1, narrow=1, rounding_mode="ROUND")
        name = self.constant(self.numbers.integers(low, high, size=shape), elem)
        domain = self.random.choice(["", "com.microsoft"]) if how == "qdq" else ""
        if how == "blocks":
            blocks, block = list(shape), self.random.choice([1, 2, 3])
            along = self.random.randrange(len(shape))
            blocks[along] = -(-shape[along] // block)
            scale = 2.0 ** self.numbers.integers(-2, 1, size=blocks)
            return self.add("DequantizeLinear", [name, self.constant(scale)], axis=along, block_size=block)
        zero = self.numbers.integers(max(low, 0), min(high, 3), size=[shape[axis]] if scale.ndim else [])
        inputs = [name, self.constant(scale.reshape(-1) if scale.ndim else scale), self.constant(zero, elem)]
        return self.add("DequantizeLinear", inputs, domain, axis=axis)

    # --- layers ---

    def channels(self):
        return self.shape[-1] if self.last or len(self.shape) == 2 else self.shape[1]

    def thresholds(self):
        """A MultiThreshold at halves, which sums of integers times powers of two of 2^-6 and more can meet or not."""
        steps, c = self.random.choice([1, 2, 3, 7]), self.channels()
        rows = c if self.random.random() < 0.7 else 1
        t = np.sort(self.numbers.integers(-60, 61, size=(rows, steps)) * 0.25, 1)
        layouts = {2: "NC", 3: "NWC" if self.last else "NCW", 4: "NHWC" if self.last else "NCHW"}
        self.then("MultiThreshold", [self.constant(t)], GENERAL, out_scale=self.random.choice([1.0, 0.5, 2.0]),
                  out_bias=self.random.choice([0.0, -1.0, 2.0]), out_dtype="INT8", data_layout=layouts[len(self.shape)])

    def quantizer(self):
        if self.random.random() < 0.6:
            return self.thresholds()
        if self.random.random() < 0.5:
            inputs = [self.constant(np.float32(0.5)), self.constant(np.float32(self.random.choice([0, 1]))),
                      self.constant(np.float32(self.random.choice([2, 4])))]
            mode = self.random.choice(["ROUND", "FLOOR", "HALF_UP"])
            # Where float64 rounds a function to its limit, exact arithmetic is below that.
            return self.then("Quant", inputs, GENERAL, signed=1, narrow=0, rounding_mode="ROUND" if self.bounded else mode)
        elem = self.random.choice([of.INT8, of.UINT8])
        domain = self.random.choice(["", "com.microsoft"])
        inputs = [self.constant(np.float32(0.5)), self.constant(np.array(0), elem)]
        self.then("QuantizeLinear", inputs, domain)
        self.then("DequantizeLinear", inputs, domain)

    def affine(self):
        c, positions = self.channels(), len(self.shape) - 2
        shape = [c] if self.last or not positions else [c] + [1] * positions
        self.then("Mul", [self.constant(self.numbers.choice([0.5, 1.0, 2.0, -1.0], size=shape))])
        self.then("Add", [self.constant(self.numbers.integers(-4, 5, size=shape) * 0.25)])

    def conv(self):
        c, rank, m = self.channels(), len(self.shape) - 2, self.random.randint(1, 4)
        positions = self.shape[1:-1] if self.last else self.shape[2:]
        kernel = [self.random.randint(1, min(3, n)) for n in positions]
        group = self.random.choice([1, 1, c])
        m = c if group == c else m
        strides = [self.random.choice([1, 1, 2]) for _ in positions]
        # Padding with 0 needs a level at 0, which not every quantizer has: none here.
        attributes = dict(kernel_shape=kernel, strides=strides, group=group)
        shape = [m] + (kernel + [c // group] if self.last else [c // group] + kernel)
        inputs = [self.weights(shape, 0)]
        if self.random.random() < 0.4:
            inputs.append(self.constant(self.numbers.integers(-4, 5, size=[m]) * 0.5))
        self.then("Conv", inputs, LAST if self.last else "", **attributes)
        out = [(n - k) // s + 1 for n, k, s in zip(positions, kernel, strides)]
        self.shape = [1] + out + [m] if self.last else [1, m] + out
        assert rank == len(out)

    def bend(self):
        """A function of one value; those that float32 rounds never meet a threshold exactly."""
        op = self.random.choice(["LeakyRelu", "PRelu", "Relu", "Abs", "Floor", "Ceil", "Round", "Sign", "HardSigmoid", "Clip",
                                 "Min", "Max", "Sigmoid", "Tanh", "Elu", "Selu", "Softplus"])
        constant = lambda x: self.constant(np.float32(x))
        self.bounded = op in ("Sigmoid", "Tanh", "Elu", "Selu")
        if op == "LeakyRelu":
            self.then(op, alpha=0.25)
        elif op == "PRelu":
            shape = [self.channels()] + [1] * (0 if self.last else len(self.shape) - 2)
            self.then(op, [self.constant(self.numbers.choice([0.5, 0.25, -0.5, 0], size=shape))])
        elif op == "HardSigmoid":
            self.then(op, alpha=0.25, beta=0.5)
        elif op == "Clip":
            self.then(op, [constant(-1), constant(1.5)])
        elif op in ("Min", "Max"):
            self.then(op, [constant(0.75)])
        elif op == "Elu":
            self.then(op, alpha=0.5)
        else:
            self.then(op)

    def branch(self):
        """Two readers of one tensor, added or joined."""
        rank, c, first = len(self.shape) - 2, self.channels(), self.tensor
        weights = [c] + [1] * rank + [c] if self.last else [c, c] + [1] * rank
        self.then("Conv", [self.weights(weights, 0)], LAST if self.last else "", kernel_shape=[1] * rank,
                  strides=[1] * rank, group=1)
        self.quantizer()
        op = self.random.choice(["Add", "Sub", "Sum", "Concat"])
        if op == "Concat":
            axis = rank + 1 if self.last else 1
            self.tensor = self.add(op, [first, self.tensor], axis=axis)
            self.shape[axis] *= 2
        else:
            self.tensor = self.add(op, [first, self.tensor])

    def spread(self):
        """ConvTranspose."""
        c, (h, w), m = self.shape[1], self.shape[2:], self.random.randint(1, 3)
        kernel = [self.random.randint(1, 3) for _ in range(2)]
        strides = [self.random.randint(1, 2) for _ in range(2)]
        more = [self.random.randint(0, s - 1) for s in strides]
        self.then("ConvTranspose", [self.weights([c, m] + kernel, 1)], kernel_shape=kernel, strides=strides,
                  output_padding=more)
        self.shape = [1, m] + [(n - 1) * s + k + e for n, s, k, e in zip((h, w), strides, kernel, more)]

    def reduce(self):
        """The mean, sum or maximum over rows, columns or both."""
        op = self.random.choice(["ReduceMean", "ReduceSum", "ReduceMax"])
        axes = self.random.choice([[2], [3], [2, 3]])
        if op == "ReduceSum" or self.version >= 18:
            self.then(op, [self.constant(np.array(axes), of.INT64)], keepdims=1)
        else:
            self.then(op, axes=axes, keepdims=1)
        for axis in axes:
            self.shape[axis] = 1

    def pick(self):
        """Some channels, in any order, or some rows."""
        c, h = self.shape[1:3]
        if self.random.random() < 0.5:
            chosen = [self.random.randrange(c) for _ in range(self.random.randint(1, c))]
            self.then("Gather", [self.constant(np.array(chosen), of.INT64)], axis=1)
            self.shape[1] = len(chosen)
        else:
            first = self.random.randrange(h)
            last = self.random.randint(first + 1, h)
            self.then("Slice", [self.constant(np.array([n]), of.INT64) for n in (first, last, 2)])
            self.shape[2] = last - first

    def columns(self):
        """Im2Col and a product, as FINN lowers a convolution."""
        (h, w), c, m = self.shape[1:3], self.shape[3], self.random.randint(1, 4)
        k, s = [self.random.randint(1, min(3, h)), self.random.randint(1, min(3, w))], self.random.choice([1, 2])
        depthwise = self.random.choice([0, 1])
        self.then("Im2Col", [], GENERAL, kernel_size=k, stride=[s, s], pad_amount=[0, 0, 0, 0],
                  input_shape=str(tuple(self.shape)), depthwise=depthwise)
        self.product(k[0] * k[1] * c, m)
        self.shape = [1, (h - k[0]) // s + 1, (w - k[1]) // s + 1, m]

    def product(self, k, m):
        self.then("MatMul", [self.weights([k, m], 1)])
        self.shape = self.shape[:-1] + [m]

    def pool(self):
        positions = self.shape[1:-1] if self.last else self.shape[2:]
        kernel = [self.random.randint(1, min(2, n)) for n in positions]
        out = [(n - k) // k + 1 for n, k in zip(positions, kernel)]
        if self.last and len(out) == 2 and self.random.random() < 0.5:
            self.then("MaxPoolNHWC", [], GENERAL, kernel_shape=kernel, strides=kernel, pads=[0] * 4)
        elif self.last:
            self.then("MaxPool", [], LAST, kernel_shape=kernel, strides=kernel)
        else:
            self.then("MaxPool", [], kernel_shape=kernel, strides=kernel)
        self.shape = [1] + out + [self.shape[-1]] if self.last else self.shape[:2] + out

    def average(self):
        """QuantAvgPool2d, of unsigned integers."""
        bits = self.random.choice([1, 2, 3])
        steps = np.arange(1, 2 ** bits) * 2.0 - 3.25
        self.then("MultiThreshold", [self.constant(steps.reshape(1, -1))], GENERAL, out_scale=1.0, out_bias=0.0,
                  out_dtype="UINT%d" % bits, data_layout="NHWC" if self.last else "NCHW")
        positions = self.shape[1:-1] if self.last else self.shape[2:]
        k = self.random.randint(1, min(3, *positions))
        self.then("QuantAvgPool2d", [], GENERAL, kernel=k, stride=k, ibits=bits, obits=self.random.choice([1, 2, 4]),
                  signed=0, data_layout="NHWC" if self.last else "NCHW")
        out = [(n - k) // k + 1 for n in positions]
        self.shape = [1] + out + [self.shape[-1]] if self.last else self.shape[:2] + out

    def repeat(self):
        """Resize by whole factors, in either layout."""
        h, w = self.random.choice([(2, 1), (2, 2), (3, 2)]) if self.last else self.random.choice([(2, 1), (1, 2), (2, 3)])
        factors = [1, h, w, 1] if self.last else [1, 1, h, w]
        self.then("Resize", ["", self.constant(np.array(factors))], mode="nearest",
                  coordinate_transformation_mode="asymmetric", nearest_mode="floor")
        self.shape = [n * f for n, f in zip(self.shape, factors)]

    def can_shuffle(self):
        if self.last or len(self.shape) != 4:
            return False
        _, c, h, w = self.shape
        return c % 4 == 0 or (h % 2 == 0 and w % 2 == 0)

    def shuffle(self):
        """Channels become pixels, or pixels channels."""
        _, c, h, w = self.shape
        if c % 4 == 0:
            self.then("DepthToSpace", blocksize=2, mode=self.random.choice(["DCR", "CRD"]))
            self.shape = [1, c // 4, 2 * h, 2 * w]
        else:
            self.then("SpaceToDepth", blocksize=2)
            self.shape = [1, 4 * c, h // 2, w // 2]

    def turn(self):
        """The same image in the other layout."""
        rank = len(self.shape)
        order = [0, rank - 1] + list(range(1, rank - 1)) if self.last else [0] + list(range(2, rank)) + [1]
        self.then("Transpose", perm=order)
        self.shape = [self.shape[d] for d in order]
        self.last = not self.last

    def flat(self):
        size = int(np.prod(self.shape))
        if self.random.random() < 0.5:
            self.then("Flatten")
        else:
            self.then("Reshape", [self.constant(np.array(self.random.choice([[1, -1], [0, -1], [1, size]])), of.INT64)])
        self.shape, self.last = [1, size], False

    def agreements(self):
        """XnorPopcountMatMul, of bits."""
        self.then("MultiThreshold", [self.constant([[0.25]])], GENERAL, out_scale=1.0, out_bias=0.0, out_dtype="BINARY",
                  data_layout="NC")
        k, m = self.shape[-1], self.random.randint(2, 4)
        bits = self.constant(self.numbers.integers(0, 2, size=[k, m]))
        self.annotations.append(of.annotation(bits, "BINARY"))
        self.then("XnorPopcountMatMul", [bits], GENERAL)
        self.shape = [1, m]

    def body(self):
        """Layers, from the quantized input to the last product."""
        for _ in range(self.random.randint(1, 3)):
            images = len(self.shape) > 2
            steps = ["affine"] if not images else ["conv", "conv", "pool", "affine", "turn"]
            if images and self.last and len(self.shape) == 4:
                steps.append("columns")
            if images and len(self.shape) == 4:
                steps += ["average", "repeat"]
            if images:
                steps.append("branch")
            if len(self.shape) == 4 and not self.last:
                steps += ["spread", "reduce", "pick"]
            if images and self.last and self.random.random() < 0.3:
                steps.append("tokens")
            if self.can_shuffle():
                steps.append("shuffle")
            step = self.random.choice(steps)
            if step == "tokens":
                self.product(self.shape[-1], self.random.randint(1, 4))
            else:
                getattr(self, step)()
            if step not in ("pool", "turn", "repeat", "shuffle", "pick"):
                if self.random.random() < 0.3:
                    self.affine()
                if self.random.random() < 0.3:
                    self.bend()
                self.quantizer()
                self.bounded = False
        if self.random.random() < 0.2:
            self.more.append((self.tensor, list(self.shape)))
        if len(self.shape) > 2:
            self.flat()
        if self.random.random() < 0.3:
            self.agreements()
        else:
            self.product(self.shape[-1], self.random.randint(2, 4))
        if self.random.random() < 0.3:
            self.then("Mul", [self.constant(np.float32(0.5))])

    def outline(self):
        """The input: of a type, or float and quantized."""
        rank = self.random.choice([2, 3, 4, 4])
        self.last = rank > 2 and self.random.random() < 0.5
        self.shape = [1] + [self.random.randint(2, 6) for _ in range(rank - 1)]
        self.input_shape = list(self.shape)
        frames = [4] + self.shape[1:]
        how = self.random.choice(["annotated", "uint8", "float"])
        self.elem = of.UINT8 if how == "uint8" else of.FLOAT
        if how == "float":
            self.frames = self.numbers.integers(-40, 41, size=frames) * 0.0625
            if self.random.random() < 0.3:  # as 16 bits: on the host, so that they cost no thresholds
                inputs = [self.constant(np.float32(0.0625)), self.constant(np.array(0), of.INT16)]
                self.then("QuantizeLinear", inputs)
                self.then("DequantizeLinear", inputs)
            else:
                self.then("Quant", [self.constant(np.float32(0.125)), self.constant(np.float32(0)),
                                    self.constant(np.float32(4))], GENERAL, signed=1, narrow=0, rounding_mode="ROUND")
        elif how == "uint8":
            self.frames = self.numbers.integers(0, 256, size=frames)
            if self.random.random() < 0.5:
                self.then("DequantizeLinear", [self.constant(np.float32(0.0625)),
                                               self.constant(np.array(self.random.choice([0, 7])), of.UINT8)])
            else:
                self.then("Cast", to=of.FLOAT)
        else:
            kind = self.random.choice(["UINT8", "INT4", "BIPOLAR", "FIXED<6,3>"])
            self.annotations.append(of.annotation("x", kind))
            low, high, scale = {"UINT8": (0, 256, 1), "INT4": (-8, 8, 1), "BIPOLAR": (0, 2, 1),
                                "FIXED<6,3>": (-32, 32, 0.125)}[kind]
            ints = self.numbers.integers(low, high, size=frames)
            self.frames = 2 * ints - 1 if kind == "BIPOLAR" else ints * scale

    def write(self):
        self.outline()
        self.body()
        if self.random.random() < 0.2:
            self.wrap()
        if self.random.random() < 0.3:
            self.random.shuffle(self.nodes)
        path = os.path.join(self.folder, self.name)
        if self.data:
            with open(path + ".data", "wb") as file:
                file.write(self.data)
        message = of.model(self.nodes, self.constants, [of.value_info("x", self.input_shape, self.elem)],
                           [of.value_info(*output) for output in [(self.tensor, self.shape)] + self.more], self.annotations, self.functions, self.version)
        with open(path + ".onnx", "wb") as file:
            file.write(message)
        model = Model(path + ".onnx")
        expected = np.concatenate([evaluate(model, self.frames[i:i + 1]) for i in range(len(self.frames))])
        np.save(path + ".npy", self.frames.astype(np.float32))
        np.save(path + ".expect.npy", expected)

    def wrap(self):
        """The last step as a function of the model's own."""
        x, self.tensor = self.tensor, self.new("t")
        self.functions.append(of.function("local", "Halve", ["a", "b"], ["d"],
                                          [of.node("Identity", ["a"], ["c"]), of.node("Mul", ["c", "b"], ["d"])],
                                          self.version))
        self.nodes.append(of.node("Halve", [x, self.constant(np.float32(0.5))], [self.tensor], "call", "local"))


def main():
    folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for n in range(count):
        Network(folder, str(n), seed + n).write()


if __name__ == "__main__":
    main()
