# SPDX-License-Identifier: Apache-2.0
"""Small networks, one for each situation that a reader can get wrong, each with an input and with what `evaluate.py` makes
of it.

    python3 situations.py FOLDER

writes FOLDER/NAME.onnx, NAME.npy (frames) and NAME.expect.npy, and prints the names. Numbers are small integers times
powers of two, so that float64 is exact."""
import os
import sys

import numpy as np

import onnx_file as of
from evaluate import run
from random_files import GENERAL, Network

SITUATIONS = {}


def situation(shape):
    def add(function):
        SITUATIONS[function.__name__] = (shape, function)
        return function
    return add


class Situation(Network):
    def __init__(self, folder, name, shape):
        super().__init__(folder, name, 7)
        self.external, self.version, self.elem = False, 13, of.FLOAT
        self.shape = self.input_shape = shape
        self.frames = self.numbers.integers(-40, 41, size=[4] + shape[1:]) * 0.0625

    def outline(self):
        pass

    def integers(self, *values):
        return self.constant(np.array(values), of.INT64)

    def quant(self, scale=0.25, bits=4, signed=1):
        inputs = [self.constant(np.float32(scale)), self.constant(np.float32(0)), self.constant(np.float32(bits))]
        self.then("Quant", inputs, GENERAL, signed=signed, narrow=0, rounding_mode="ROUND")

    def matrix(self, *shape):
        return self.constant(self.numbers.integers(-3, 4, size=shape))

    def convolve(self, m, c, *kernel, **attributes):
        self.then("Conv", [self.matrix(m, c, *kernel)], **attributes)

    def multiply(self, k, m):
        self.then("MatMul", [self.matrix(k, m)])

    def levels(self, m, c):
        """Four bits behind a convolution of pixels."""
        self.quant()
        self.convolve(m, c, 1, 1)
        self.quant(2.0, 4, 0)

    def write(self):
        """Twice: the shape of what the file makes is known when it is evaluated."""
        super().write()
        self.outline = self.body = lambda: None
        model = of.Model(os.path.join(self.folder, self.name + ".onnx"))
        tensors = dict(model.constants)
        tensors["x"] = np.asarray(self.frames[:1], float)
        run(model, model.nodes, tensors)
        self.shape = list(tensors[self.tensor].shape)
        super().write()


@situation([1, 3, 6, 6])
def slices_of_every_other_pixel(s):
    s.quant()
    parts = [s.add("Slice", [s.tensor, s.integers(i, j), s.integers(6, 6), s.integers(2, 3), s.integers(2, 3)])
             for j in (0, 1, 2) for i in (0, 1)]
    s.tensor = s.add("Concat", parts, axis=1)
    s.convolve(4, 18, 2, 2)


@situation([1, 8])
def an_input_in_three_forms(s):
    x, sums = s.tensor, []
    for quantize in (s.quant, lambda: s.then("BipolarQuant", [s.constant(np.float32(1))], GENERAL),
                     lambda: s.quant(0.5, 3)):
        s.tensor = x
        quantize()
        s.multiply(8, 4)
        s.quant(1.0)
        sums.append(s.tensor)
    s.tensor = s.add("Sum", sums)
    s.multiply(4, 3)


@situation([1, 8])
def a_bipolar_input_and_another(s):
    x = s.tensor
    s.then("BipolarQuant", [s.constant(np.float32(1))], GENERAL)
    s.multiply(8, 4)
    s.quant(1.0)
    first, s.tensor = s.tensor, x
    s.quant()
    s.multiply(8, 4)
    s.quant(1.0)
    s.tensor = s.add("Add", [first, s.tensor])
    s.multiply(4, 3)


@situation([1, 3, 5, 5])
def thresholds_on_a_real_input(s):
    s.frames = s.numbers.uniform(-3, 3, size=s.frames.shape).astype(np.float32).astype(float)
    s.then("Mul", [s.constant(np.float32(0.25))])
    s.then("Sub", [s.constant(np.float32(0.0625))])
    s.then("MultiThreshold", [s.constant(np.array([[-0.61, 0.3, 0.1, -0.2, 0.57, 0.1]]))], GENERAL, out_scale=0.5,
           out_bias=-1.0, out_dtype="INT4", data_layout="NCHW")
    s.convolve(2, 3, 3, 3)


def reduced(op, axes, keeps):
    def body(s):
        s.quant()
        s.multiply(3, 6)
        s.quant(1.0, 4, 0)
        s.then(op, [s.integers(*axes)], keepdims=keeps) if op == "ReduceSum" else s.then(op, axes=list(axes), keepdims=keeps)
        s.quant(1.0, 6, 0)
        s.multiply(6, 3)
    return body


for operator in ("ReduceSum", "ReduceMean", "ReduceMax"):
    for keeps_dimension in (0, 1):
        SITUATIONS["%s_of_axis_2_%d" % (operator, keeps_dimension)] = ([1, 3, 4, 3], reduced(operator, [2], keeps_dimension))


@situation([1, 4, 5, 5])
def sum_of_channels(s):
    s.levels(4, 4)
    s.then("ReduceSum", [s.integers(1)], keepdims=1)
    s.quant(2.0, 6, 0)
    s.convolve(3, 1, 1, 1)


@situation([1, 4, 5, 5])
def mean_of_channels_last(s):
    s.levels(4, 4)
    s.then("Transpose", perm=[0, 2, 3, 1])
    s.then("ReduceMean", axes=[3], keepdims=0)
    s.then("Reshape", [s.integers(1, 25)])
    s.quant(1.0, 5, 0)
    s.multiply(25, 2)


@situation([1, 3, 4, 4])
def an_average_expanded(s):
    s.levels(4, 3)
    image = s.tensor
    s.then("GlobalAveragePool")
    s.quant(1.0, 4, 0)
    s.then("Expand", [s.integers(1, 4, 4, 4)])
    s.tensor = s.add("Concat", [image, s.tensor], axis=1)
    s.convolve(2, 8, 1, 1)


@situation([1, 3, 4, 4])
def an_average_added_to_all_pixels(s):
    s.levels(4, 3)
    image = s.tensor
    s.then("GlobalAveragePool")
    s.quant(1.0, 4, 0)
    s.tensor = s.add("Add", [s.tensor, image])
    s.quant(1.0, 5, 0)
    s.convolve(2, 4, 1, 1)


@situation([1, 4, 4, 3])
def a_row_added_channels_last(s):
    s.quant()
    s.multiply(3, 4)
    s.quant(1.0, 4, 0)
    image = s.tensor
    s.then("ReduceMax", axes=[1], keepdims=1)
    s.tensor = s.add("Add", [image, s.tensor])
    s.quant(1.0, 5, 0)
    s.multiply(4, 2)


@situation([1, 3, 4, 4])
def channels_tiled(s):
    s.levels(2, 3)
    s.then("Tile", [s.integers(1, 3, 1, 1)])
    s.convolve(2, 6, 3, 3)


@situation([1, 6])
def one_value_for_many(s):
    s.quant()
    s.multiply(6, 1)
    s.quant(1.0)
    s.then("Expand", [s.integers(1, 5)])
    s.multiply(5, 3)


@situation([1, 4, 6])
def a_token_for_all(s):
    s.quant()
    s.multiply(6, 5)
    s.quant(1.0, 4, 0)
    s.then("ReduceMean", axes=[1], keepdims=1)
    s.quant(1.0, 4, 0)
    s.then("Expand", [s.integers(1, 4, 5)])
    s.multiply(5, 3)


@situation([1, 4, 6, 6])
def padding_that_cuts(s):
    s.levels(4, 4)
    s.then("Pad", [s.integers(0, 0, -1, 1, 0, 0, 2, -2), s.constant(np.float32(2))])
    s.convolve(2, 4, 2, 2)


@situation([1, 3, 6, 6])
def padding_of_some_axes(s):
    s.version = 18
    s.levels(4, 3)
    s.then("Pad", [s.integers(1, 2, 0, 1), "", s.integers(3, -2)])
    s.convolve(2, 4, 3, 3)


@situation([1, 3, 8])
def padding_of_a_length(s):
    s.quant()
    s.then("Pad", [s.integers(0, 0, 2, 0, 0, 1)])
    s.convolve(4, 3, 3)


@situation([1, 3, 5])
def transposed_convolution_of_a_length(s):
    s.quant()
    s.then("ConvTranspose", [s.matrix(3, 2, 4)], strides=[2], pads=[1, 2], output_padding=[1])
    s.quant(1.0, 4, 0)
    s.convolve(2, 2, 1)


@situation([1, 3, 8, 8])
def a_pool_with_holes_and_padding(s):
    s.levels(4, 3)
    s.then("MaxPool", kernel_shape=[3, 2], strides=[1, 3], dilations=[2, 2], pads=[2, 1, 2, 1])
    s.convolve(2, 4, 1, 1)


@situation([1, 3, 4, 4])
def a_relu_of_levels(s):
    s.quant()
    s.convolve(4, 3, 1, 1)
    s.quant(0.5)
    s.then("Relu")
    s.convolve(4, 4, 2, 2)
    s.quant(1.0)
    s.then("LeakyRelu", alpha=0.5)
    s.then("GlobalAveragePool")
    s.then("Flatten")
    s.quant(0.25, 6)
    s.multiply(4, 3)


@situation([1, 3, 4, 4])
def a_relu_of_a_sum_of_branches(s):
    s.levels(4, 3)
    image = s.tensor
    s.convolve(4, 4, 1, 1)
    s.quant(1.0)
    s.tensor = s.add("Add", [image, s.tensor])
    s.then("Relu")
    s.convolve(2, 4, 1, 1)


@situation([1, 6])
def a_function_of_levels_that_rises_and_falls(s):
    s.quant()
    s.multiply(6, 4)
    s.quant(0.5)
    s.then("Abs")
    s.then("Sub", [s.constant(np.array([1, 0.5, 0, 2]))])
    s.then("Abs")
    s.multiply(4, 3)


@situation([1, 6])
def a_mean_of_branches(s):
    s.quant()
    levels = s.tensor
    s.multiply(6, 6)
    s.quant(0.5)
    s.tensor = s.add("Mean", [levels, s.tensor])
    s.quant(0.25, 5)
    s.multiply(6, 3)


@situation([1, 3, 4, 4])
def outputs_of_one_value_turned_around(s):
    s.levels(4, 3)
    s.convolve(4, 4, 1, 1)
    sums = s.tensor
    factors = s.add("Mul", [sums, s.constant(np.array([1, -1, 0.5, -2.0]).reshape(4, 1, 1))])
    negative = s.add("Neg", [sums])
    s.more = [(sums, [1, 4, 4, 4]), (factors, [1, 4, 4, 4])]
    s.tensor = negative


@situation([1, 3, 4, 4])
def outputs_between_layers(s):
    s.levels(4, 3)
    first = s.tensor
    s.then("BipolarQuant", [s.constant(np.float32(1))], GENERAL)
    signs = s.tensor
    s.convolve(2, 4, 3, 3)
    s.more = [(first, [1, 4, 4, 4]), (signs, [1, 4, 4, 4])]


def main():
    for name, (shape, body) in SITUATIONS.items():
        made = Situation(sys.argv[1], name, list(shape))
        made.body = lambda: body(made)
        made.random.random = lambda: 1.0  # nothing by chance
        made.write()
        print(name)


if __name__ == "__main__":
    main()
