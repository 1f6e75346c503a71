# SPDX-License-Identifier: Apache-2.0
"""A file of images with channels last, for smaller images.

    python3 resized.py MODEL OUT SIZE CHANNELS FRAMES

writes OUT.onnx, and OUT.npy with FRAMES random images of SIZE x SIZE."""
import sys

import numpy as np

import onnx_file as of


def resized(data, size, channels):
    out = b""
    for key, value in of.fields(data):
        if key == 7:
            graph = b""
            for part, content in of.fields(value):
                if part == 13:  # shapes of tensors between
                    continue
                if part in (11, 12):
                    name = dict(of.fields(content))[1].decode()
                    content = of.value_info(name, [1, size, size, channels])
                graph += of.field(part, content)
            value = graph
        out += of.field(key, value)
    return out


def main():
    size, channels, frames = (int(number) for number in sys.argv[3:6])
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    with open(sys.argv[2] + ".onnx", "wb") as file:
        file.write(resized(data, size, channels))
    images = np.random.default_rng(5).normal(0, 0.4, size=(frames, size, size, channels))
    np.save(sys.argv[2] + ".npy", images.astype(np.float32))


if __name__ == "__main__":
    main()
