# SPDX-License-Identifier: Apache-2.0
"""The annotations hold: mypy reads the package, a user's program, and the stub against the extension."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import spillway

MYPY, STUBTEST = (shutil.which(name, path="/usr/bin:/usr/local/bin") for name in ("mypy", "stubtest"))
PACKAGE = Path(spillway.__path__[0])


def run(tmp_path, *words):
    environment = {**os.environ, "MYPYPATH": str(PACKAGE.parent), "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([*words], cwd=tmp_path, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.skipif(MYPY is None, reason="mypy is not installed")
def test_the_package_is_typed(tmp_path):
    code, said = run(tmp_path, MYPY, "--strict", "--ignore-missing-imports", str(PACKAGE))
    assert code == 0, said


@pytest.mark.skipif(MYPY is None, reason="mypy is not installed")
def test_a_program_is_checked_against_it(tmp_path):
    right = "import spillway\nrun = spillway.load('a.onnx').lower(accumulator=12).simulate('x')\n"
    (tmp_path / "right.py").write_text(right + "cycles: int = run.cycles\n")
    (tmp_path / "wrong.py").write_text(right + "cycles: str = run.cycles\nspillway.load('a.onnx').lower(acumulator=3)\n")
    code, said = run(tmp_path, MYPY, "--strict", "right.py")
    assert code == 0, said
    code, said = run(tmp_path, MYPY, "--strict", "wrong.py")
    assert code == 1 and "cycles" not in said.split("wrong.py:3")[0] and "acumulator" in said


@pytest.mark.skipif(STUBTEST is None, reason="stubtest is not installed")
def test_the_stub_is_the_extension(tmp_path):
    (tmp_path / "metaclass").write_text(r"spillway\._core\.(Data|Design|Network|Run)" + "\n")  # pybind11's, which has no stub
    words = ("--ignore-positional-only", "--allowlist", "metaclass", "spillway._core")
    code, said = run(tmp_path, sys.executable, "-m", "mypy.stubtest", *words)
    assert code == 0, said


def test_every_public_name_has_a_docstring():
    for name in spillway.__all__:
        of = getattr(spillway, name)
        assert of.__doc__, name
        if not isinstance(of, type):
            continue
        for attribute, value in vars(of).items():
            is_public = not attribute.startswith("_") and (callable(value) or hasattr(value, "__get__"))
            assert not is_public or getattr(value, "__doc__", None), f"{name}.{attribute}"


def test_the_page_names_every_public_name():
    page = Path(os.environ["SPILLWAY_SOURCE"], "docs", "python.md").read_text()
    for name in spillway.__all__:
        assert f"`{name}" in page or f"`spillway.{name}" in page, name
        of = getattr(spillway, name)
        if isinstance(of, type) and of.__module__.startswith("spillway"):
            for attribute, value in vars(of).items():
                if not attribute.startswith("_") and (callable(value) or hasattr(value, "__get__")):
                    assert f"`{attribute}" in page, f"{name}.{attribute} is not on the page"
