# SPDX-License-Identifier: Apache-2.0
"""The package and the command are one machine: the same numbers."""

import json

import numpy as np
import pytest

import spillway

TFC, LINEAR = "tfc-mnist/qat-w4a4.onnx", "mnist-linear/a2q-w8a1-p12.onnx"
RESNET, ESPCN = "resnet18-cifar10/a2q-w4a4-p12.onnx", "espcn-photographs/qat-w4a4.onnx"


@pytest.mark.parametrize(
    "model, data, accumulator, frames",
    [
        (TFC, "mnist-first-500", "12:saturate:per_product", 60),
        (TFC, "mnist-first-500", "certified", 60),
        (LINEAR, "binary-mnist", "9:wrap:per_cycle", 300),
        (RESNET, "cifar10-first-200", "8:wrap:final", 3),
    ],
)
def test_simulate_says_what_the_command_says(zoo, command, model, data, accumulator, frames):
    expected = command(
        "simulate", zoo / model, "--data", data, "--accumulator", accumulator, "--frames", frames, "--quiet"
    )
    run = spillway.load(zoo / model).lower(accumulator=accumulator).simulate(data, frames=frames)
    assert run.json == expected
    assert run.accuracy == expected["accuracy"]
    assert run.overflow_events == expected["overflow_events"] == int(run.layers["events"].sum())
    assert run.counters["events"].sum() == expected["overflow_events"]
    assert run.counters["dot_products"].sum() == expected["dot_products"]
    by_unit = dict(zip(run.layers["unit"].tolist(), run.layers["events"].tolist()))
    assert by_unit == {u["name"]: u["overflow_events"] for u in expected["units"] if "overflow_events" in u}


def test_events_are_those_of_the_run_directory(zoo, tmp_path):
    import sqlite3

    design = spillway.load(zoo / TFC).lower(accumulator="12:wrap:per_product")
    run = design.simulate("mnist-first-500", frames=5, output=tmp_path / "run")
    store = sqlite3.connect(tmp_path / "run" / "run.sqlite")
    columns = "frame, unit, position, channel, step, cycle, pe, before, addend, exact, stored"
    stored = store.execute(f"SELECT {columns} FROM events").fetchall()
    assert len(stored) == len(run.events) == run.overflow_events > 100
    mine = np.asarray(run.events)[[name.strip() for name in columns.split(",")]].tolist()
    assert sorted(mine) == sorted(tuple(map(int, row)) for row in stored)
    integers = np.load(tmp_path / "run" / "outputs.npy")
    assert np.array_equal(run.integers, integers)
    scale, bias = np.load(tmp_path / "run" / "output_scale.npy"), np.load(tmp_path / "run" / "output_bias.npy")
    assert np.array_equal(run.outputs, integers * scale + bias)


def test_both_engines_agree(zoo):
    design = spillway.load(zoo / TFC).lower(accumulator="12:wrap:per_product")
    fast, cycle = (design.simulate("mnist-first-500", engine=engine, frames=3) for engine in ("fast", "cycle"))
    assert (fast.engine, cycle.engine) == ("fast", "cycle")
    assert np.array_equal(fast.integers, cycle.integers)
    assert fast.events.tolist() == cycle.events.tolist() and len(fast.events) > 0
    assert fast.cycles == cycle.cycles


@pytest.mark.parametrize("model, accumulator", [(LINEAR, None), (TFC, 12), (RESNET, "certified")])
def test_check_says_what_the_command_says(zoo, command, model, accumulator):
    options = ["--accumulator", accumulator] if accumulator else []
    expected = command("check", zoo / model, *options, codes=(0, 1))
    found = spillway.load(zoo / model).check(accumulator)
    assert found.safe is bool(found) is expected["safe"]
    assert len(found.units) == len(expected["units"])
    for unit, row in zip(found.units, expected["units"]):
        assert (unit.unit, unit.layer, unit.minimal_bits) == (row["unit"], row["layer"], row["minimal_bits"])
        assert (unit.bits, unit.claimed, unit.proved) == (row["bits"], row["claimed"], row["proved"])
        assert (unit.l1_bound, unit.data_type_bound) == (row["l1_bound"], row["data_type_bound"])
        assert [failure.channel for failure in unit.failures] == [failure["channel"] for failure in row["failures"]]
        for failure, other in zip(unit.failures, row["failures"]):
            assert failure.input.dtype == np.int64 and failure.input.shape == (unit.columns,)
            assert failure.input.tolist() == other["witness"]
            assert [failure.low, failure.high, failure.reached] == [int(other[k]) for k in ("low", "high", "reached")]


def test_check_on_data_says_what_the_command_says(zoo, command):
    expected = command("check", zoo / TFC, "--data", "mnist-first-500", "--frames", 20, "--quiet")
    found = spillway.load(zoo / TFC).check(data="mnist-first-500", frames=20)
    assert found.differences == expected["differences"]


def test_profile_says_what_the_command_says(zoo, command):
    expected = command("profile", zoo / TFC, "--data", "mnist-first-500", "--frames", 20, "--quiet")
    profile = spillway.load(zoo / TFC).lower().profile("mnist-first-500", frames=20)
    assert profile.json == expected
    # The count of overflows at a width is what a simulation at this width counts in the first unit.
    run = spillway.load(zoo / TFC).lower(accumulator="17:wrap:per_cycle").simulate("mnist-first-500", frames=20)
    first = run.layers[0]
    assert profile.overflowing(17)[str(first["unit"])] == first["overflowing_dot_products"] > 0


@pytest.mark.parametrize("hardware", ["spillway", "finn-hls", "finn-rtl", "finn-formula"])
@pytest.mark.parametrize("model", [TFC, RESNET])
def test_estimate_says_what_the_command_says(zoo, command, hardware, model):
    device = [] if hardware == "finn-formula" else ["--device", "zcu104"]
    expected = command("estimate", zoo / model, "--accumulator", "16", "--hardware", hardware, *device)
    price = spillway.load(zoo / model).lower(accumulator=16).estimate(hardware, device="zcu104" if device else "xc7z020")
    assert price.json == expected
    assert price.tree.amount == pytest.approx(sum(unit["luts"] for unit in expected["units"]))
    parts = [child for child in price.tree.children if child.children]
    for part in parts:
        assert sum(child.amount for child in part.children) == pytest.approx(part.amount, rel=1e-6, abs=1)
    assert parts


def test_explore_says_what_the_command_says(zoo, command, tmp_path):
    expected = command("explore", zoo / TFC, "--fps", 100000, "--device", "zcu104", "--quiet", "-o", tmp_path / "f.json")
    found = spillway.explore(spillway.load(zoo / TFC), fps=100000, device="zcu104")
    assert found.json == expected
    assert found.fps >= 100000 and found.met
    # The folding that the command writes is the one of the design that Python holds, and both are read alike.
    assert found.design.folding == json.loads((tmp_path / "f.json").read_text())
    again = spillway.load(zoo / TFC).lower(folding=found.design.folding)
    by_path = spillway.load(zoo / TFC).lower(folding=tmp_path / "f.json")
    assert again.units.tolist() == by_path.units.tolist()
    budget = spillway.explore(spillway.load(zoo / TFC), luts="20%", device="pynq-z1")
    assert budget.json == command("explore", zoo / TFC, "--luts", "20%", "--device", "pynq-z1", "--quiet")


def test_study_says_what_the_command_says(zoo, command, tmp_path):
    words = ["--data", "mnist-first-500", "--frames", 30, "--accumulator", "certified,9..10", "--quiet", "--no-report"]
    expected = command("study", zoo / TFC, *words, "-o", tmp_path / "command")
    networks, data = str(zoo / TFC), {"name": "mnist-first-500", "frames": 30}
    made = spillway.study(networks=networks, data=data, accumulators=["certified", "9..10"], directory=tmp_path / "here")
    assert (made.points, made.made) == (3, 3)
    assert len(made.to_pandas()) == len(expected["points"]) == 3
    mine = {row["registers"]: row["accuracy"] for row in made.select("SELECT * FROM points")}
    assert mine == {point["registers"]: point["accuracy"] for point in expected["points"]}
    again = spillway.study({"networks": networks, "data": data, "accumulators": "certified,9..10"}, tmp_path / "here")
    assert (again.present, again.made) == (3, 0)
    assert "<svg" in made._repr_html_()


@pytest.mark.parametrize("style", ["enable", "queue"])
def test_rtl_says_what_the_command_says(zoo, command, tmp_path, style):
    command("rtl", zoo / LINEAR, "--output-register", style, "-o", tmp_path / "command")
    names = spillway.load(zoo / LINEAR).lower().rtl(tmp_path / "here", output_register=style)
    assert sorted(names) == sorted(path.name for path in (tmp_path / "here").iterdir())
    for path in (tmp_path / "command").iterdir():
        assert path.read_bytes() == (tmp_path / "here" / path.name).read_bytes()
    with pytest.raises(spillway.InputError, match="holds files already"):
        spillway.load(zoo / LINEAR).lower().rtl(tmp_path / "here")


def test_every_way_to_say_registers_is_one(zoo):
    net = spillway.load(zoo / TFC)
    texts = net.lower(accumulator=["certified", "MVAU_0=14:wrap"]).units
    assert texts.tolist() == net.lower(accumulator={"": "certified", "MVAU_0": "14:wrap"}).units.tolist()
    assert texts.tolist() == net.lower(accumulator={"": "certified", "Gemm_0": "14:wrap:per_cycle"}).units.tolist()
    assert net.lower(accumulator=14).units["accumulator"].tolist() == ["14:wrap:per_cycle"] * 4


def test_observed_registers_are_those_of_the_command(zoo, command):
    words = ["--calibration", "mnist-first-500", "--calibration-frames", 50]
    expected = command("info", zoo / TFC, "--accumulator", "observed:1", *words)
    design = spillway.load(zoo / TFC).lower(
        accumulator="observed:1", calibration="mnist-first-500", calibration_frames=50
    )
    assert design.info == expected


def test_searched_registers_are_those_of_the_command(zoo, command):
    words = ["--validation", "mnist-first-500", "--validation-frames", 100]
    expected = command("info", zoo / TFC, "--accumulator", "searched:2", *words)
    design = spillway.load(zoo / TFC).lower(
        accumulator="searched:2", validation="mnist-first-500", validation_frames=100
    )
    assert design.info == expected
    assert any("mnist-first-500" in note for note in design.notes)
