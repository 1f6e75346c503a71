# SPDX-License-Identifier: Apache-2.0
"""The examples run as docs/python.md says, and are as short as it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import spillway

SOURCE = Path(os.environ["SPILLWAY_SOURCE"])


def test_a_table_of_overflow_by_layer_in_ten_lines(command, zoo):
    pytest.importorskip("pandas")
    path = SOURCE / "examples" / "python" / "overflow_by_layer.py"
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) <= 10
    assert all(line in (SOURCE / "docs" / "python.md").read_text() for line in lines)
    environment = {**os.environ, "PYTHONPATH": str(Path(spillway.__path__[0]).parent)}
    done = subprocess.run([sys.executable, path], cwd=SOURCE, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    registers = ["--accumulator", "9:wrap", "--accumulator", "Conv_0=certified", "--accumulator", "Gemm_0=certified"]
    expected = command(
        "simulate", zoo / "resnet18-cifar10" / "qat-w4a4.onnx", "--data", "cifar10-first-200", *registers, "--quiet"
    )
    table = {words[1]: int(words[3]) for words in map(str.split, done.stdout.splitlines()[1:-1])}
    assert table == {unit["layer"]: unit["overflow_events"] for unit in expected["units"] if "layer" in unit}
    assert f"top-1 {expected['accuracy']:.1%}" in done.stdout
