# SPDX-License-Identifier: Apache-2.0
"""Tensors by name, and where files and arrays differ first."""

import json
import subprocess

import numpy as np
import pytest

import spillway

TFC, LINEAR = "tfc-mnist/qat-w4a4.onnx", "mnist-linear/qat-w8a1.onnx"
RESNET = "resnet18-cifar10/qat-w4a4.onnx"


@pytest.fixture
def images():
    return np.random.default_rng(3).integers(0, 256, (9, 1, 28, 28), dtype=np.uint8)


def test_tensors_are_what_numpy_makes_of_the_file(zoo, images):
    onnx = pytest.importorskip("onnx")
    from onnx import numpy_helper

    net = spillway.load(zoo / TFC)
    found = net.tensors(images)
    assert list(found) == net.tensor_names
    assert found["Quant_0_output"].shape == (9, 1, 28, 28)
    model = onnx.load(str(zoo / TFC))
    arrays = {each.name: numpy_helper.to_array(each).astype(np.float64) for each in model.graph.initializer}
    checked = set()
    for node in model.graph.node:
        if node.output[0] not in found or node.input[0] not in found:
            continue
        x, y, rest = found[node.input[0]], found[node.output[0]], [arrays.get(name) for name in node.input[1:]]
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "BatchNormalization":
            scale, bias, mean, variance = rest
            expected = (x - mean) / np.sqrt(variance + attributes["epsilon"]) * scale + bias
        elif node.op_type == "Relu":
            expected = np.maximum(x, 0)
        else:
            continue
        assert np.allclose(y, expected, rtol=0, atol=1e-9 * np.abs(expected).max()), node.name
        checked.add(node.op_type)
    assert checked == {"BatchNormalization", "Relu"}
    assert len(np.unique(found["Quant_1_output"])) <= 16 < len(np.unique(found["Relu_0_output"]))


@pytest.mark.parametrize("accumulator", ["9:wrap", "certified"])
def test_tensors_of_a_design_are_those_of_its_run(zoo, images, accumulator, tmp_path):
    net = spillway.load(zoo / TFC)
    design = net.lower(accumulator=accumulator)
    run = design.simulate(images)
    assert np.array_equal(design.tensors(images, "output")["output"], run.outputs)
    wide = net.tensors(images, ["Quant_2_output", "output"])
    assert np.array_equal(wide["output"], run.outputs) == (accumulator == "certified")
    if accumulator == "9:wrap":
        assert not np.array_equal(design.tensors(images, "Quant_2_output")["Quant_2_output"], wide["Quant_2_output"])


def test_convolutions_have_the_shape_of_the_file(zoo):
    net = spillway.load(zoo / RESNET)
    images = np.random.default_rng(1).integers(0, 256, (2, 3, 32, 32), dtype=np.uint8)
    names = [name for name in net.tensor_names if name.startswith("Conv_1_")]
    shape = net.tensors(images, names)[names[0]].shape
    assert len(shape) == 4 and shape[0] == 2 and shape[2:] == (32, 32)


def test_unknown_names_are_refused_with_near_ones(zoo, images):
    net = spillway.load(zoo / TFC)
    with pytest.raises(spillway.InputError, match="no tensor Quant_1_outptu; nearest: Quant_1_output"):
        net.tensors(images, "Quant_1_outptu")
    with pytest.raises(spillway.InputError, match="names: a int"):
        net.tensors(images, [3])


def test_arrays_of_ones_own_are_compared_by_tensor_channel_and_frame(zoo, images):
    net = spillway.load(zoo / TFC)
    mine = {name: array.astype(np.float32) for name, array in net.tensors(images).items()}
    assert spillway.compare(net, mine, images) is None
    mine["Gemm_2_output"][4:, 17] += 0.5 * np.abs(mine["Gemm_2_output"]).max()
    mine["output"][0] += 100
    first = spillway.compare(zoo / TFC, dict(reversed(mine.items())), images)
    assert (first.tensor, first.layer, first.channel, first.frame) == ("Gemm_2_output", "Gemm_2", 17, 4)
    assert first.value == pytest.approx(float(mine["Gemm_2_output"][4, 17]))
    assert first.expected == net.tensors(images, "Gemm_2_output")["Gemm_2_output"][4, 17]
    assert "Gemm_2_output, channel 17, frame 4" in str(first)
    mine["Gemm_2_output"] = mine["Gemm_2_output"][:3]
    with pytest.raises(spillway.InputError, match=r"Gemm_2_output: an array of shape \[3, 64\]; expected \[9, 64\]"):
        spillway.compare(net, mine, images)
    with pytest.raises(spillway.InputError, match="x: left out"):
        spillway.compare(net, mine)


def test_files_are_compared_as_the_command_does(zoo, command, tmp_path):
    other = zoo / "mnist-linear" / "a2q-w8a1-p12.onnx"
    expected = command("compare", zoo / LINEAR, other, "--quiet", codes=(1,))
    found = spillway.compare(zoo / LINEAR, other)
    assert found.json == expected
    assert not found and not found.equal
    assert found.first.what == "sums" and found.first.frame == expected["files"][0]["difference"]["frame"]
    assert str(other) in repr(found) and "sums" in found._repr_html_()
    net = spillway.load(zoo / LINEAR)
    same = spillway.compare(net, [zoo / LINEAR, net], frames=3, seed=5)
    assert same and same.first is None and same.json["seed"] == 5 and len(same.json["files"]) >= 1
    bits = np.random.default_rng(0).integers(0, 2, (6, 784)).astype(bool)
    assert spillway.compare(net, other, bits).json["frames"] == 6
