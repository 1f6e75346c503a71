# SPDX-License-Identifier: Apache-2.0
"""The wheel installs where nothing can be fetched, and is the package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import spillway


def test_the_wheel_imports_in_a_fresh_environment(tmp_path):
    sources = Path(os.environ["SPILLWAY_SOURCE"])
    # A copy: setuptools leaves folders beside its sources.
    (tmp_path / "python").mkdir()
    for name in ("setup.py", "pyproject.toml"):
        shutil.copy(sources / "python" / name, tmp_path / "python" / name)
    shutil.copytree(sources / "python" / "spillway", tmp_path / "python" / "spillway")
    shutil.copy(sources / "CMakeLists.txt", tmp_path / "CMakeLists.txt")
    environment = {**os.environ, "SPILLWAY_PYTHON_PACKAGE": spillway.__path__[0]}
    words = ["-m", "pip", "-q", "wheel", ".", "--no-build-isolation", "--no-deps", "--no-index", "-w", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, *words], cwd=tmp_path / "python", env=environment, check=True)
    (wheel,) = tmp_path.glob("spillway-*.whl")
    assert "cp3" in wheel.name and "linux" in wheel.name
    subprocess.run([python, "-m", "pip", "-q", "install", "--no-index", "--no-deps", wheel], check=True)
    script = "import spillway, os; print(spillway.__version__, spillway.dot([3], [5]).stored, os.path.dirname(spillway.__file__))"
    environment.pop("PYTHONPATH", None)
    done = subprocess.run([python, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    version, product, place = done.stdout.split()
    assert (version, product) == (spillway.__version__, "15") and place.startswith(str(tmp_path / "venv"))
    for name in ("py.typed", "_core.pyi"):
        assert (Path(place) / name).exists()
