# SPDX-License-Identifier: Apache-2.0
"""The wheel: the package that CMake has built, in the folder that $SPILLWAY_PYTHON_PACKAGE names, or the release's.

    tools/build && cd python && python3 -m pip wheel . --no-build-isolation --no-deps -w dist
"""

import os
import re
import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
BUILT = Path(os.environ.get("SPILLWAY_PYTHON_PACKAGE", HERE.parent / "build" / "release" / "python" / "spillway"))


def version():
    text = (HERE.parent / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(spillway VERSION ([0-9.]+)", text).group(1)


class copy_built(build_py):
    """Takes the extension and the modules from where CMake has put them together."""

    def run(self):
        if not list(BUILT.glob("_core.*.so")):
            raise SystemExit(f"{BUILT}: there is no extension; expected what tools/build makes, or $SPILLWAY_PYTHON_PACKAGE")
        target = Path(self.build_lib) / "spillway"
        target.mkdir(parents=True, exist_ok=True)
        for pattern in ("*.py", "*.pyi", "py.typed", "_core.*.so"):
            for file in BUILT.glob(pattern):
                shutil.copy2(file, target / file.name)


class with_extension(Distribution):
    """The wheel is one of this Python and this platform, although setuptools compiles nothing."""

    def has_ext_modules(self):
        return True


setup(version=version(), packages=["spillway"], cmdclass={"build_py": copy_built}, distclass=with_extension)
