# SPDX-License-Identifier: Apache-2.0
"""The operators of ONNX, QONNX and FINN in float64, from their specifications alone.

    python3 evaluate.py MODEL INPUT.npy OUTPUT.npy

INPUT has one frame or more along its first dimension; OUTPUT gets what the file's output is for each."""
import functools
import math
import sys

import numpy as np

from onnx_file import Model


def pair(x, rank, default):
    return list(x) if x else [default] * rank


def padded(x, pads, value):
    """x [n, c, ...] with pads [begins, ends] of its positions."""
    rank = x.ndim - 2
    return np.pad(x, [(0, 0), (0, 0)] + [(pads[d], pads[rank + d]) for d in range(rank)], constant_values=value)


def windows(x, kernel, strides, dilations):
    """[n, c, ...] to [n, c, positions ..., kernel ...]."""
    rank = x.ndim - 2
    sizes = [(x.shape[2 + d] - (kernel[d] - 1) * dilations[d] - 1) // strides[d] + 1 for d in range(rank)]
    result = np.empty(x.shape[:2] + tuple(sizes) + tuple(kernel), x.dtype)
    for at in np.ndindex(*kernel):
        cut = tuple(slice(at[d] * dilations[d], at[d] * dilations[d] + (sizes[d] - 1) * strides[d] + 1, strides[d])
                    for d in range(rank))
        result[(Ellipsis,) + at] = x[(slice(None), slice(None)) + cut]
    return result


def window_of(a, x, kernel):
    rank = x.ndim - 2
    strides, dilations = pair(a.get("strides"), rank, 1), pair(a.get("dilations"), rank, 1)
    pads = pair(a.get("pads"), 2 * rank, 0)
    mode = a.get("auto_pad", "NOTSET")
    if mode.startswith("SAME"):
        for d in range(rank):
            out = -(-x.shape[2 + d] // strides[d])
            total = max(0, (out - 1) * strides[d] + (kernel[d] - 1) * dilations[d] + 1 - x.shape[2 + d])
            small, large = total // 2, total - total // 2
            pads[d], pads[rank + d] = (small, large) if mode == "SAME_UPPER" else (large, small)
    return kernel, strides, dilations, pads


def conv(a, x, w, b=None):
    kernel, strides, dilations, pads = window_of(a, x, list(w.shape[2:]))
    group = a.get("group", 1)
    spread = windows(padded(x, pads, 0), kernel, strides, dilations)
    rank = x.ndim - 2
    parts = []
    for g in range(group):
        c, m = x.shape[1] // group, w.shape[0] // group
        left = spread[:, g * c:(g + 1) * c]
        part = np.tensordot(left, w[g * m:(g + 1) * m],
                            ([1] + list(range(2 + rank, 2 + 2 * rank)), list(range(1, 2 + rank))))
        parts.append(np.moveaxis(part, -1, 1))
    y = np.concatenate(parts, 1)
    return y if b is None else y + b.reshape((1, -1) + (1,) * rank)


def conv_transpose(a, x, w):
    """Every pixel adds its weights to the output, of which the pads go; without groups."""
    rank = x.ndim - 2
    strides, more = pair(a.get("strides"), rank, 1), pair(a.get("output_padding"), rank, 0)
    pads = pair(a.get("pads"), 2 * rank, 0)
    kernel = w.shape[2:]
    sizes = [(x.shape[2 + d] - 1) * strides[d] + kernel[d] + more[d] for d in range(rank)]
    y = np.zeros((x.shape[0], w.shape[1]) + tuple(sizes))
    for at in np.ndindex(*kernel):
        places = tuple(slice(at[d], at[d] + (x.shape[2 + d] - 1) * strides[d] + 1, strides[d]) for d in range(rank))
        y[(slice(None), slice(None)) + places] += np.einsum("nc...,cm->nm...", x, w[(slice(None), slice(None)) + at])
    return y[(slice(None), slice(None)) + tuple(slice(pads[d], sizes[d] - pads[rank + d]) for d in range(rank))]


def reduced(function):
    def wrapped(a, x, axes=None):
        axes = a.get("axes") if axes is None else [int(i) for i in axes]
        return function(x, axis=tuple(axes), keepdims=bool(a.get("keepdims", 1)))
    return wrapped


def sliced(a, x, starts, ends, axes, steps=None):
    for i, (first, last, axis) in enumerate(zip(starts, ends, axes)):
        x = x.take(np.arange(int(first), int(last), 1 if steps is None else int(steps[i])), int(axis))
    return x


def pad(a, x, pads, value=None, axes=None):
    """Negative pads cut."""
    axes = list(range(x.ndim)) if axes is None else [int(i) % x.ndim for i in axes]
    for i, axis in enumerate(axes):
        before, after = int(pads[i]), int(pads[len(axes) + i])
        x = x.take(np.arange(max(0, -before), x.shape[axis] + min(0, after)), axis)
        width = [(0, 0)] * x.ndim
        width[axis] = (max(0, before), max(0, after))
        x = np.pad(x, width, constant_values=0 if value is None else float(value))
    return x


def expand(a, x, shape):
    return np.array(np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(int(n) for n in shape))))


def max_pool(a, x):
    kernel, strides, dilations, pads = window_of(a, x, list(a["kernel_shape"]))
    spread = windows(padded(x, pads, -np.inf), kernel, strides, dilations)
    return spread.max(tuple(range(x.ndim, spread.ndim)))


def average_pool(a, x):
    kernel, strides, dilations, pads = window_of(a, x, list(a["kernel_shape"]))
    axes = tuple(range(x.ndim, 2 * x.ndim - 2))
    total = windows(padded(x, pads, 0), kernel, strides, dilations).sum(axes)
    ones = padded(np.ones_like(x), pads, 1 if a.get("count_include_pad", 0) else 0)
    return total / windows(ones, kernel, strides, dilations).sum(axes)


def channels_last(function):
    def wrapped(a, x, *more):
        more = [np.moveaxis(w, -1, 1) if w is not None and w.ndim > 2 else w for w in more]
        return np.moveaxis(function(a, np.moveaxis(x, -1, 1), *more), 1, -1)
    return wrapped


def rounded(x, mode):
    mode = mode.upper()
    if mode in ("ROUND", "HALF_EVEN"):
        return np.round(x)
    if mode == "CEIL":
        return np.ceil(x)
    if mode == "FLOOR":
        return np.floor(x)
    if mode == "UP":
        return np.sign(x) * np.ceil(np.abs(x))
    if mode in ("DOWN", "ROUND_TO_ZERO"):
        return np.trunc(x)
    if mode == "HALF_UP":
        return np.sign(x) * np.floor(np.abs(x) + 0.5)
    if mode == "HALF_DOWN":
        return np.sign(x) * np.ceil(np.abs(x) - 0.5)
    raise ValueError(mode)


def quant(a, x, scale, zero, bits):
    is_signed, narrow = a.get("signed", 1), a.get("narrow", 0)
    if np.all(bits == 1) and is_signed:
        return np.where(x >= 0, 1.0, -1.0) * scale
    low = np.where(bits == 1, -1.0, -2.0 ** (bits - 1) + narrow) if is_signed else 0 * bits
    high = np.where(bits == 1, 1.0, 2.0 ** (bits - 1) - 1) if is_signed else 2.0 ** bits - 1 - narrow
    level = np.clip(rounded(x / scale + zero, a.get("rounding_mode", "ROUND")), low, high)
    if is_signed:
        level = np.where(bits == 1, np.where(x >= 0, 1.0, -1.0), level)
    return (level - zero) * scale


def trunc(a, x, scale, zero, bits_in, bits_out):
    q = np.round(x / scale + zero)
    return (rounded(q / 2.0 ** (bits_in - bits_out), a.get("rounding_mode", "FLOOR")) - zero) * scale


def multi_threshold(a, x, t):
    layout = a.get("data_layout", "NCHW")
    axis = x.ndim - 1 if layout.endswith("C") and x.ndim > 2 else 1
    moved = np.moveaxis(x, axis, 1)
    shape = (1, t.shape[0]) + (1,) * (x.ndim - 2)
    count = sum((moved >= t[:, s].reshape(shape)).astype(float) for s in range(t.shape[1]))
    return np.moveaxis(count, 1, axis) * a.get("out_scale", 1.0) + a.get("out_bias", 0.0)


def xnor_popcount(a, x, w):
    agree = np.tensordot(x, w, 1) + np.tensordot(1 - x, 1 - w, 1)
    return agree


def im2col(a, x):
    """[n, h, w, c] to [n, oh, ow, k]."""
    def each(v, n, default):
        return [default] * n if v is None else [v] * n if isinstance(v, int) else list(v)
    k, s = each(a.get("kernel_size"), 2, 1), each(a.get("stride"), 2, 1)
    p, d = each(a.get("pad_amount"), 4, 0), each(a.get("dilations"), 2, 1)
    image = padded(np.moveaxis(x, -1, 1), p, a.get("pad_value", 0))
    spread = windows(image, k, s, d)  # n, c, oh, ow, kh, kw
    order = (0, 2, 3, 1, 4, 5) if a.get("depthwise", 0) else (0, 2, 3, 4, 5, 1)
    spread = spread.transpose(order)
    return spread.reshape(spread.shape[:3] + (-1,))


def quant_average_pool(a, x):
    k, s = a["kernel"], a["stride"]
    last = a.get("data_layout", "NCHW") == "NHWC"
    image = np.moveaxis(x, -1, 1) if last else x
    total = windows(image, [k, k], [s, s], [1, 1]).sum((4, 5))
    bits = int((2 ** a["ibits"] - 1) * k * k).bit_length()
    y = np.floor(np.round(total) / 2.0 ** max(0, bits - a["obits"]))
    return np.moveaxis(y, 1, -1) if last else y


def batch_norm(a, x, gain, bias, mean, variance):
    shape = (1, -1) + (1,) * (x.ndim - 2)
    root = np.sqrt(variance + a.get("epsilon", 1e-5)).reshape(shape)
    return (x - mean.reshape(shape)) / root * gain.reshape(shape) + bias.reshape(shape)


def gemm(a, x, w, b=0.0):
    w = w.T if a.get("transB", 0) else w
    return a.get("alpha", 1.0) * (x @ w) + a.get("beta", 1.0) * b


def along(a, parameter, x):
    """Scale or zero point of Quantize- and DequantizeLinear as it broadcasts to x."""
    parameter = np.asarray(parameter)
    axis = a.get("axis", 1)
    if parameter.size == 1:
        return parameter.reshape(())
    if a.get("block_size", 0):
        return np.repeat(parameter, a["block_size"], axis).take(np.arange(x.shape[axis]), axis)
    shape = [1] * x.ndim
    shape[axis] = -1
    return parameter.reshape(shape)


def quantize_linear(a, x, scale, zero=np.uint8(0)):
    info = np.iinfo(np.asarray(zero).dtype)
    level = np.round(x / along(a, scale, x)) + along(a, zero, x).astype(float)
    return np.clip(level, info.min, info.max)


def dequantize_linear(a, x, scale, zero=0):
    return (np.asarray(x, float) - along(a, zero, x).astype(float)) * along(a, scale, x)


def reshape(a, x, shape):
    shape = [int(n) for n in np.asarray(shape).reshape(-1)]
    return x.reshape([x.shape[d] if n == 0 else n for d, n in enumerate(shape)])


def squeeze(a, x, axes=None):
    axes = a.get("axes") if axes is None else [int(i) for i in axes]
    return np.squeeze(x, tuple(axes) if axes else None)


def unsqueeze(a, x, axes=None):
    return np.expand_dims(x, tuple(a["axes"] if axes is None else [int(i) for i in axes]))


def flatten(a, x):
    axis = a.get("axis", 1) % x.ndim
    return x.reshape((int(np.prod(x.shape[:axis])), -1))


def top_k(a, x, k=None):
    count = a.get("k") if k is None else int(np.asarray(k).reshape(-1)[0])
    return np.argsort(-x, axis=a.get("axis", -1), kind="stable").take(np.arange(count), a.get("axis", -1))


def resize(a, x, _, scales):
    for axis, factor in enumerate(scales):
        x = np.repeat(x, int(factor), axis)
    return x


def depth_to_space(a, x):
    n, c, h, w = x.shape
    b = a["blocksize"]
    if a.get("mode", "DCR") == "DCR":
        return x.reshape(n, b, b, c // b ** 2, h, w).transpose(0, 3, 4, 1, 5, 2).reshape(n, c // b ** 2, h * b, w * b)
    return x.reshape(n, c // b ** 2, b, b, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(n, c // b ** 2, h * b, w * b)


def space_to_depth(a, x):
    b = a["blocksize"]
    return np.concatenate([x[:, :, dy::b, dx::b] for dy in range(b) for dx in range(b)], 1)


def clip(a, x, low=None, high=None):
    return np.clip(x, a.get("min", -np.inf) if low is None else low, a.get("max", np.inf) if high is None else high)


OPERATORS = {
    "Add": lambda a, x, y: x + y, "Sub": lambda a, x, y: x - y, "Mul": lambda a, x, y: x * y,
    "Div": lambda a, x, y: x / y, "MatMul": lambda a, x, y: x @ y, "Gemm": gemm, "Conv": conv,
    "Relu": lambda a, x: np.maximum(x, 0), "Neg": lambda a, x: -x, "Identity": lambda a, x: x, "Cast": lambda a, x: x,
    "LeakyRelu": lambda a, x: np.where(x >= 0, x, a.get("alpha", 0.01) * x), "Clip": clip,
    "BatchNormalization": batch_norm, "MaxPool": max_pool, "AveragePool": average_pool,
    "GlobalAveragePool": lambda a, x: x.mean(tuple(range(2, x.ndim)), keepdims=True),
    "GlobalMaxPool": lambda a, x: x.max(tuple(range(2, x.ndim)), keepdims=True),
    "Transpose": lambda a, x: x.transpose(a.get("perm", list(range(x.ndim))[::-1])), "Reshape": reshape,
    "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Concat": lambda a, *x: np.concatenate(x, a["axis"]),
    "Quant": quant, "IntQuant": quant, "BipolarQuant": lambda a, x, s: np.where(x >= 0, 1.0, -1.0) * s, "Trunc": trunc,
    "MultiThreshold": multi_threshold, "XnorPopcountMatMul": xnor_popcount, "Im2Col": im2col,
    "MaxPoolNHWC": channels_last(max_pool), "QuantAvgPool2d": quant_average_pool, "DebugMarker": lambda a, x: x,
    "QuantizeLinear": quantize_linear, "DequantizeLinear": dequantize_linear, "TopK": top_k, "Resize": resize,
    "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth,
    "ConvTranspose": conv_transpose, "Pad": pad, "Expand": expand, "Tile": lambda a, x, times: np.tile(x, times.astype(int)), "Sum": lambda a, *x: sum(x), "Mean": lambda a, *x: sum(x) / len(x), "Slice": sliced,
    "Gather": lambda a, x, chosen: x.take(np.asarray(chosen).astype(int), a.get("axis", 0)),
    "ReduceMean": reduced(np.mean), "ReduceSum": reduced(np.sum), "ReduceMax": reduced(np.max),
    "PRelu": lambda a, x, slope: np.where(x >= 0, x, slope * x), "Abs": lambda a, x: np.abs(x),
    "Floor": lambda a, x: np.floor(x), "Ceil": lambda a, x: np.ceil(x), "Round": lambda a, x: np.round(x),
    "Sign": lambda a, x: np.sign(x), "Min": lambda a, *x: functools.reduce(np.minimum, x),
    "Max": lambda a, *x: functools.reduce(np.maximum, x),
    "HardSigmoid": lambda a, x: np.clip(a.get("alpha", 0.2) * x + a.get("beta", 0.5), 0, 1),
    "Sigmoid": lambda a, x: 1 / (1 + np.exp(-x)), "Tanh": lambda a, x: np.tanh(x),
    "Elu": lambda a, x: np.where(x >= 0, x, a.get("alpha", 1.0) * np.expm1(x)),
    "Selu": lambda a, x: 1.05070098735548049 * np.where(x >= 0, x, 1.67326319217681884 * np.expm1(x)),
    "Softplus": lambda a, x: np.log1p(np.exp(x)),
    "ArgMax": lambda a, x: np.expand_dims(x.argmax(a.get("axis", 0)), a.get("axis", 0)) if a.get("keepdims", 1)
    else x.argmax(a.get("axis", 0)),
}
CHANNELS_LAST = {"Conv": channels_last(conv), "MaxPool": channels_last(max_pool),
                 "BatchNormalization": channels_last(batch_norm)}
AS_THEY_ARE = ("QuantizeLinear", "DequantizeLinear", "Reshape", "Squeeze", "Unsqueeze", "TopK")


def run(model, nodes, tensors):
    waiting = list(nodes)
    while waiting:
        ready = [n for n in waiting if all(not i or i in tensors for i in n.inputs)]
        if not ready:
            raise ValueError("a cycle")
        for node in ready:
            values = [tensors[i] if i else None for i in node.inputs]
            body = model.functions.get((node.domain, node.op))
            if body:
                inner = dict(zip(body[0], values))
                run(model, body[2], inner)
                results = [inner[o] for o in body[1]]
            else:
                if node.op not in AS_THEY_ARE:
                    values = [None if v is None else np.asarray(v, float) for v in values]
                table = CHANNELS_LAST if node.domain.endswith("channels_last") else OPERATORS
                result = table[node.op](node.attributes, *values)
                results = [result] * len(node.outputs)
            tensors.update(zip(node.outputs, results))
        waiting = [n for n in waiting if n not in ready]


def evaluate(model, frame):
    tensors = dict(model.constants)
    tensors[model.inputs[0]] = np.asarray(frame, float)
    run(model, model.nodes, tensors)
    outputs = [np.asarray(tensors[name], float) for name in model.outputs]
    if len(outputs) == 1:
        return outputs[0]
    return np.concatenate([y.reshape(len(y), -1) for y in outputs], 1)  # one behind the other


def main():
    model = Model(sys.argv[1])
    frames = np.load(sys.argv[2])
    np.save(sys.argv[3], np.concatenate([evaluate(model, frames[i:i + 1]) for i in range(len(frames))]))


if __name__ == "__main__":
    main()
