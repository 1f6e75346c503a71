# SPDX-License-Identifier: Apache-2.0
"""Arrays in and out, against NumPy and against files of the same arrays."""

import os
import subprocess
import sys

import numpy as np
import pytest

import spillway

TFC, ESPCN = "tfc-mnist/qat-w4a4.onnx", "espcn-photographs/qat-w4a4.onnx"
RESNET = "resnet18-cifar10/a2q-w4a4-p12.onnx"


@pytest.fixture
def images():
    return np.random.default_rng(7).integers(0, 256, (12, 1, 28, 28), dtype=np.uint8)


@pytest.fixture
def design(zoo):
    return spillway.load(zoo / TFC).lower(accumulator="12:wrap")


def test_an_array_is_what_its_file_is(design, images, tmp_path, command, zoo):
    labels = np.arange(12) % 10
    np.savez(tmp_path / "x.npz", x=images, labels=labels)
    expected = command("simulate", zoo / TFC, "--accumulator", "12:wrap", "--data", tmp_path / "x.npz", "--quiet")
    run = design.simulate(images, labels)
    assert {**run.json, "dataset": 0, "model": 0} == {**expected, "dataset": 0, "model": 0}
    assert run.classes.tolist() == run.outputs.argmax(1).tolist()
    assert run.accuracy == pytest.approx(np.mean(run.classes == labels))
    again = design.simulate(images, list(labels), skip=2, frames=5)
    assert np.array_equal(again.integers, run.integers[2:7])


def test_outputs_are_those_of_the_network_in_numpy(zoo):
    """A linear layer of binary inputs, evaluated with NumPy from the file's own tensors."""
    onnx = pytest.importorskip("onnx")
    from onnx import numpy_helper

    path = zoo / "mnist-linear" / "qat-w8a1.onnx"
    model = onnx.load(str(path))
    x = np.random.default_rng(3).integers(0, 2, (40, 784)).astype(bool)
    net = spillway.load(model)
    run = net.lower(accumulator=32).simulate(x)
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    scale = tensors["Quant_MatMul_0_weights_scale"].astype(np.float64)
    levels = np.rint(tensors["MatMul_0_weights"].astype(np.float64) / scale)
    assert np.array_equal(run.integers, x.astype(int) @ levels.astype(int))
    assert np.allclose(run.outputs, x @ (levels * scale), rtol=1e-12, atol=1e-12)
    assert run.overflow_events == 0 and run.outputs.dtype == np.float64 and run.integers.dtype == np.int64


def test_outputs_have_the_files_shape(zoo):
    net = spillway.load(zoo / ESPCN)
    x = np.random.default_rng(1).random((2, *net.input_shape[1:]))
    run = net.lower().simulate(x)
    assert run.outputs.shape == run.integers.shape == (2, *net.output_shape)
    assert np.array_equal(run.outputs, run.integers * run.scale + run.bias)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: np.asfortranarray(x),
        lambda x: np.repeat(x, 2, axis=3)[..., ::2],
        lambda x: x[::-1][::-1],
        lambda x: x.reshape(12, 784),
        lambda x: x.tolist() and x.copy(),
    ],
)
def test_memory_layout_does_not_matter(design, images, change):
    assert np.array_equal(design.simulate(change(images)).integers, design.simulate(images).integers)


def test_reals_of_any_layout_and_byte_order(design, images):
    reals = images.astype(np.float32) / np.float32(255)
    expected = design.simulate(images).integers
    for x in (reals, reals.astype(">f4"), reals.astype(np.float64), np.asfortranarray(reals), reals[::-1][::-1]):
        assert np.array_equal(design.simulate(x).integers, expected)


def test_integers_that_are_no_pixels_are_the_reals_that_they_are(design):
    numbers = np.random.default_rng(2).integers(-2, 3, (12, 1, 28, 28))
    expected = design.simulate(numbers.astype(np.float32)).integers
    for kind in (np.int8, np.int16, np.int64, ">i4"):
        assert np.array_equal(design.simulate(numbers.astype(kind)).integers, expected)
    with pytest.raises(spillway.InputError, match="2\\^24"):
        design.simulate(np.full((1, 1, 28, 28), 2**24 + 1))


def test_outputs_are_not_copied(design, images):
    run = design.simulate(images)
    assert run.integers is run.integers
    assert not run.integers.flags.owndata and run.events.base is not None


def test_events_become_a_data_frame(design, images):
    pandas = pytest.importorskip("pandas")
    run = design.simulate(images)
    frame = run.events.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == len(run.events) == run.overflow_events > 0
    by_unit = frame.groupby("unit", observed=True).size().to_dict()
    layers = run.layers.to_pandas()
    assert by_unit == {r.unit: r.events for r in layers.itertuples() if r.events}
    assert (frame["exact"] == frame["before"] + frame["addend"]).all()
    wrapped = (frame["exact"] + 2**11) % 2**12 - 2**11
    assert (frame["stored"] == wrapped).all()
    assert set(run.counters.to_pandas()["layer"]) <= set(layers["layer"]) | {""}


def test_wide_registers_have_python_ints(zoo):
    design = spillway.load(zoo / TFC).lower(accumulator={"": "certified", "MVAU_3": "70:wrap:per_product"})
    run = design.simulate("mnist-first-500", frames=3)
    assert run.overflow_events == 0 and len(run.events) == 0
    assert np.asarray(run.outputs).dtype == np.float64
    narrow = spillway.load(zoo / TFC).lower().simulate("mnist-first-500", frames=3)
    assert np.array_equal(run.outputs, narrow.outputs)


@pytest.mark.parametrize(
    "x, line",
    [
        (np.full((2, 784), np.nan), "NaN"),
        (np.full((2, 784), np.inf), "NaN, infinity"),
        (np.full((2, 784), 1e300), "float32"),
        (np.zeros((2, 784), dtype=complex), "complex128"),
        (np.array([["a"] * 784]), "<U1"),
        (np.zeros((2, 784), dtype=object), "object"),
        (np.zeros((0, 784)), "one frame at least"),
        (np.zeros(784), "[frames, ...]"),
        (np.float64(3), "[frames, ...]"),
        (np.zeros((2, 100)), "100 features"),
        (np.zeros((2, 28, 28, 1)), "expected [1, 28, 28]"),
        (np.full((2, 784), 2**24 + 1), "2^24"),
        (np.zeros((2, 784), dtype=np.longdouble), "float128"),
        (np.zeros((2, 784), dtype="M8[s]"), "datetime64"),
        ([[1, 2], [3]], "x:"),
        (None, "object"),
        ("no-such-data", "no-such-data"),
    ],
)
def test_arrays_that_are_none_are_refused_in_one_line(design, x, line):
    with pytest.raises(spillway.InputError) as caught:
        design.simulate(x)
    assert line in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "labels, line",
    [([1, 2], "12 frames"), ([-1] * 12, "-1"), (["a"] * 12, "<U1"), (np.zeros(12), "float64"), ("x.npy", "object|U")],
)
def test_labels_that_are_none_are_refused(design, images, labels, line):
    with pytest.raises(spillway.InputError, match=line):
        design.simulate(images, labels)


@pytest.mark.parametrize(
    "options, line",
    [
        ({"engine": "quick"}, "auto, cycle or fast"),
        ({"engine": 3}, "auto, cycle or fast"),
        ({"frames": 0}, "frames = 0"),
        ({"frames": 1.5}, "whole number"),
        ({"frames": True}, "whole number"),
        ({"skip": 99}, "99"),
        ({"max_events": -1}, "max_events = -1"),
        ({"stall_sink": 2.0}, "stall_sink = 2.0"),
        ({"stall_sink": float("nan")}, "stall_sink"),
        ({"engine": "fast", "stall_sink": 0.5}, "stalls|clock"),
        ({"quiet": 1}, "True or False"),
        ({"threads": "two"}, "threads"),
        ({"output": 3}, "expected a path"),
        ({"output": "a\0b"}, "NUL"),
    ],
)
def test_options_that_are_none_are_refused(design, images, options, line):
    with pytest.raises(spillway.InputError, match=line):
        design.simulate(images, **options)


def test_what_the_system_refuses_is_an_error_of_its_own(design, images, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(spillway.SystemRefused) as caught:
        spillway.load(tmp_path / "none.onnx")
    assert isinstance(caught.value, (spillway.Error, OSError)) and "none.onnx" in str(caught.value)
    with pytest.raises(spillway.Error):
        design.simulate(images, output=tmp_path / "file" / "run")
    assert issubclass(spillway.InputError, ValueError) and issubclass(spillway.Interrupted, KeyboardInterrupt)


def test_messages_are_the_commands(zoo, refusal):
    for words, call in [
        (["--accumulator", "12:wrp"], lambda net: net.lower(accumulator="12:wrp")),
        (["--pe", "7"], lambda net: net.lower(pe=7)),
        (["--accumulator", "MVAU_9=3"], lambda net: net.lower(accumulator={"MVAU_9": 3})),
    ]:
        code, line = refusal("info", zoo / TFC, *words)
        with pytest.raises(spillway.InputError) as caught:
            call(spillway.load(zoo / TFC))
        assert code == 2 and str(caught.value).split(": ", 1)[-1] in line
    for content in (b"", b"\x08\x07", b"nonsense", (zoo / TFC).read_bytes()[:5000]):
        with pytest.raises(spillway.InputError):
            spillway.load(content)


@pytest.mark.parametrize("model", [3, None, [], np.zeros(3), "", "a\0b"])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(spillway.Error):
        spillway.load(model)


@pytest.mark.parametrize(
    "options",
    [
        {"accumulator": 0},
        {"accumulator": -3},
        {"accumulator": True},
        {"accumulator": 1.5},
        {"accumulator": {3: 4}},
        {"accumulator": {"A=B": 4}},
        {"accumulator": "observed"},
        {"accumulator": [None]},
        {"accumulator": "8..10"},
        {"accumulator": "@/no/such/file"},
        {"accumulator": "12\n"},
        {"folding": {"MVAU_0": {"PE": 7}}},
        {"folding": {"NoUnit_0": {"PE": 1}}},
        {"folding": {"MVAU_0": {"PE": {1, 2}}}},
        {"folding": "/no/such/folding.json"},
        {"folding": 3},
        {"pe": 0},
        {"simd": "4"},
        {"multipliers": "gpu"},
        {"calibration": "mnist-first-500"},
        {"validation": "mnist-first-500"},
        {"accumulator": "searched:-1", "validation": "mnist-first-500"},
    ],
)
def test_choices_that_are_none_are_refused(zoo, options):
    with pytest.raises(spillway.Error) as caught:
        spillway.load(zoo / TFC).lower(**options)
    assert "\n" not in str(caught.value)


def test_bytes_and_models_are_what_their_file_is(zoo):
    onnx = pytest.importorskip("onnx")
    units = spillway.load(zoo / RESNET).lower().units.tolist()
    assert spillway.load((zoo / RESNET).read_bytes()).lower().units.tolist() == units
    assert spillway.load(onnx.load(str(zoo / RESNET))).lower().units.tolist() == units


def test_objects_show_themselves(zoo, design, images):
    run = design.simulate(images)
    net = spillway.load(zoo / TFC)
    for one in (net, design, run, run.events, run.layers, net.check(12), design.estimate(), design.profile(images)):
        shown = one._repr_html_()
        assert "<" in shown and "script" not in shown
        assert "spillway." in repr(one) or isinstance(one, spillway.Table)
    assert "<svg" in run._repr_html_() and "MVAU_0" in run._repr_html_()


def test_nothing_is_said_on_the_standard_streams(zoo, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import spillway, sys\n"
        "net = spillway.load(sys.argv[1])\n"
        "net.lower(accumulator='9:wrap').simulate('mnist-first-500', engine='cycle', frames=2)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(spillway.__path__[0]) + "/.."}
    done = subprocess.run([sys.executable, script, zoo / TFC], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_table_prints_its_columns_with_their_names(zoo):
    run = spillway.load(zoo / "mnist-linear" / "qat-w8a1.onnx").lower(accumulator="12:wrap:per_product").simulate("binary-mnist")
    head, row = str(run.layers[["layer", "events"]]).splitlines()
    assert head.split() == ["layer", "events"] and row.split() == ["MatMul_0", "5183"]
    assert len(head) == len(row) and head.endswith("events") and row.endswith("  5183")
    many = str(run.events).splitlines()
    assert len(many) == 62 and many[-1] == f"... {len(run.events)} rows"
    assert str(run.layers["events"]) == "[5183]"
