# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, other threads, progress, and the end of the interpreter."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import spillway

TFC, RESNET = "tfc-mnist/qat-w4a4.onnx", "resnet18-cifar10/qat-w4a4.onnx"


def interrupted_after(seconds, work):
    """Sends SIGINT while `work` runs; the seconds from the signal to the exception, and the exception."""
    sent = []

    def send():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(seconds, send)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            work()
    finally:
        timer.cancel()
    return time.monotonic() - sent[0], caught.value


@pytest.mark.parametrize("engine", ["fast", "cycle"])
def test_ctrl_c_ends_a_simulation_at_once(zoo, engine):
    design = spillway.load(zoo / RESNET).lower(accumulator="8:wrap:per_product")
    x = np.random.default_rng(1).integers(0, 256, (2000, 3, 32, 32), dtype=np.uint8)
    seconds, raised = interrupted_after(1.5, lambda: design.simulate(x, engine=engine))
    assert seconds < 20
    assert isinstance(raised, spillway.Interrupted) and isinstance(raised, spillway.Error)
    assert str(raised).startswith("interrupted: frames") and "of 2000" in str(raised)
    # What was stopped has left nothing behind.
    assert design.simulate(x[:1], engine="fast").frames == 1


def test_ctrl_c_ends_everything_else(zoo, tmp_path):
    net = spillway.load(zoo / RESNET)
    w = np.random.default_rng(1).integers(-8, 8, (2000, 2000), dtype=np.int8)
    for work in (
        lambda: net.check(data=np.zeros((2000, 3, 32, 32), np.uint8)),
        lambda: net.lower().profile(np.zeros((10000, 3, 32, 32), np.uint8)),
        lambda: [spillway.dot(w, w[:, None], "9:saturate:per_product") for _ in range(200)],
        lambda: [spillway.load(zoo / RESNET) for _ in range(2000)],
        lambda: [spillway.explore(net, fps=3000 + i) for i in range(500)],
    ):
        seconds, _ = interrupted_after(0.7, work)
        assert seconds < 20


def test_a_run_directory_goes_on_after_ctrl_c(zoo, tmp_path):
    design = spillway.load(zoo / RESNET).lower(accumulator="8:wrap:per_product")
    x = np.random.default_rng(1).integers(0, 256, (1000, 3, 32, 32), dtype=np.uint8)
    _, raised = interrupted_after(1.5, lambda: design.simulate(x, output=tmp_path / "run", max_events=1000))
    assert "goes on" in str(raised)
    again = design.simulate(x, output=tmp_path / "run", max_events=1000)
    whole = design.simulate(x, max_events=1000)
    assert np.array_equal(again.integers, whole.integers) and again.overflow_events == whole.overflow_events


def test_other_threads_run_meanwhile(zoo):
    design = spillway.load(zoo / RESNET).lower(accumulator="8:wrap:per_product")
    x = np.random.default_rng(1).integers(0, 256, (100, 3, 32, 32), dtype=np.uint8)
    ticks, done = [], threading.Event()

    def count():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.005)

    other = threading.Thread(target=count)
    other.start()
    start = time.monotonic()
    design.simulate(x, threads=1)
    took = time.monotonic() - start
    done.set()
    other.join()
    during = [tick for tick in ticks if start < tick < start + took]
    assert max(np.diff(during)) < 0.5 * took and len(during) > 10


def test_one_design_serves_several_threads(zoo):
    design = spillway.load(zoo / TFC).lower(accumulator="10:wrap")
    expected = design.simulate("mnist-first-500", frames=50).integers
    found = [None] * 4

    def work(i):
        found[i] = design.simulate("mnist-first-500", frames=50, threads=1).integers

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(one, expected) for one in found)


def test_long_work_shows_a_bar_unless_it_is_quiet(zoo, monkeypatch, capsys):
    pytest.importorskip("tqdm")
    from spillway import _progress

    monkeypatch.setattr(_progress, "_SHOWN_AFTER", 0.0)
    monkeypatch.setattr(_progress, "_interval", lambda: 0.05)
    design = spillway.load(zoo / RESNET).lower(accumulator="8:wrap:per_product")
    x = np.random.default_rng(1).integers(0, 256, (20, 3, 32, 32), dtype=np.uint8)
    design.simulate(x, quiet=True)
    assert capsys.readouterr().err == ""
    design.simulate(x)
    assert "frames" in capsys.readouterr().err


def test_the_interpreter_ends_well_after_ctrl_c(zoo):
    script = (
        "import spillway, sys\n"
        "net = spillway.load(sys.argv[1])\n"
        "print('ready', flush=True)\n"
        "while True: net.lower(accumulator='8:wrap').simulate('cifar10-first-200')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(spillway.__path__[0]) + "/.."}
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(zoo / RESNET)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert child.returncode != 0 and "interrupted: " in said and "Fatal" not in said


def test_data_that_comes_with_spillway_is_found_from_anywhere(zoo, tmp_path):
    script = "import spillway, sys; print(spillway.load(sys.argv[1]).lower().simulate('mnist-first-500', frames=3).frames)"
    environment = {key: value for key, value in os.environ.items() if key != "SPILLWAY_DATA"}
    environment["PYTHONPATH"] = str(spillway.__path__[0]) + "/.."
    said = subprocess.run(
        [sys.executable, "-c", script, str(zoo / TFC)],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )
    assert (said.stdout, said.returncode) == ("3\n", 0), said.stderr
