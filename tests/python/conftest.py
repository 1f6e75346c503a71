# SPDX-License-Identifier: Apache-2.0
"""Where the tests find the package, the command and the networks: tests/python/CMakeLists.txt says it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BUILD = Path(os.environ["SPILLWAY_BUILD"])
SOURCE = Path(os.environ["SPILLWAY_SOURCE"])
sys.path.insert(0, str(BUILD / "python"))


@pytest.fixture
def zoo():
    return SOURCE / "models" / "zoo"


@pytest.fixture
def command():
    """Runs the command and returns what it prints as JSON."""

    def run(*arguments, codes=(0,)):
        done = subprocess.run([str(BUILD / "spillway"), *map(str, arguments), "--json"], capture_output=True, text=True)
        assert done.returncode in codes, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def refusal():
    """Runs the command and returns its exit code and the line that it says."""

    def run(*arguments):
        done = subprocess.run([str(BUILD / "spillway"), *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stderr.strip()

    return run
