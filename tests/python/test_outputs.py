# SPDX-License-Identifier: Apache-2.0
"""Files of several outputs."""

import numpy as np
import pytest

import spillway


@pytest.fixture
def model():
    """Two classes' sums and the levels before them, under names of the file's own."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    weights = np.array([[1, -2], [3, 0], [-1, 2]], np.float32)
    constants = {"s": np.float32(0.5), "z": np.float32(0), "b": np.float32(4), "w": weights, "half": np.float32(0.25)}
    quant = dict(domain="qonnx.custom_op.general", signed=1, narrow=0, rounding_mode="ROUND")
    nodes = [
        helper.make_node("Quant", ["x", "s", "z", "b"], ["levels"], "quant", **quant),
        helper.make_node("MatMul", ["levels", "w"], ["sums"], "fc"),
        helper.make_node("Mul", ["sums", "half"], ["class scores"], "scale"),
    ]
    outputs = [
        helper.make_tensor_value_info("class scores", TensorProto.FLOAT, [1, 2]),
        helper.make_tensor_value_info("levels", TensorProto.FLOAT, [1, 3]),
    ]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])]
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "two", inputs, outputs, tensors)
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("qonnx.custom_op.general", 1)]
    return helper.make_model(graph, opset_imports=opsets)


@pytest.mark.parametrize("engine", ["fast", "cycle"])
def test_each_of_several_outputs_is_an_array_by_its_name(model, engine):
    network = spillway.load(model, quiet=True)
    assert network.output_shape == {"class scores": (2,), "levels": (3,)}
    x = np.random.default_rng(2).normal(size=(6, 3)) * 2
    run = network.lower(quiet=True).simulate(x, engine=engine, quiet=True)
    levels = np.clip(np.rint(x.astype(np.float32) / 0.5), -8, 7)
    expected = {"class scores": levels * 0.5 @ np.array([[1, -2], [3, 0], [-1, 2]]) * 0.25, "levels": levels * 0.5}
    assert list(run.outputs) == list(run.integers) == list(run.scale) == list(run.bias) == list(expected)
    for name, values in expected.items():
        assert np.array_equal(run.outputs[name], values)
        assert np.array_equal(run.outputs[name], run.integers[name] * run.scale[name] + run.bias[name])
    assert np.array_equal(run.integers["levels"], levels)
    assert run.classes.tolist() == expected["class scores"].argmax(1).tolist()
