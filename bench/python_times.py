# SPDX-License-Identifier: Apache-2.0
"""The figures of docs/python.md: `/usr/bin/python3 bench/python_times.py BUILD [FRAMES]`.

BUILD is a build folder with the command, bench_dot_products and the package: build/dev, build/ci.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

build = Path(sys.argv[1]).resolve()
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
sys.path.insert(0, str(build / "python"))
import spillway  # noqa: E402

SOURCE = Path(__file__).resolve().parent.parent


def best_of(count, work):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def kernels():
    words = [str(build / "bench_dot_products"), "--benchmark_format=json", "--benchmark_repetitions=5"]
    done = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    times = {}
    for run in done["benchmarks"]:
        if run["run_type"] == "iteration":
            times.setdefault(run["name"], []).append(run["real_time"] / 1000)
    return {name: min(seconds) for name, seconds in times.items()}


def measure_dot():
    random = np.random.default_rng(1)
    form = "12:wrap:per_product"
    of_cpp = kernels()
    w, x = random.integers(-8, 8, (1000, 1000), dtype=np.int8), random.integers(-8, 8, (100, 1, 1000), dtype=np.int8)
    matrix = best_of(5, lambda: spillway.dot(w, x, form, threads=1))
    a, b = (random.integers(-8, 8, (100_000, 1000), dtype=np.int8) for _ in range(2))
    each = best_of(3, lambda: spillway.dot(a, b, form, threads=1))
    for name, python, kernel in (("matrix", matrix, "dot_rows_1e8"), ("one by one", each, "accumulate_1e8")):
        print(f"dot, 1e8 products, {name}: {python:.3f} s, {kernel} {of_cpp[kernel]:.3f} s: {python / of_cpp[kernel]:.2f} times")


def measure_simulate():
    model = SOURCE / "models/zoo/resnet18-cifar10/qat-w4a4.onnx"
    images = np.random.default_rng(1).integers(0, 256, (frames, 3, 32, 32), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "x.npy", images)
        words = ["simulate", model, "--data", Path(folder) / "x.npy", "--accumulator", "12:wrap", "--quiet"]
        command = [str(build / "spillway"), *map(str, words)]
        design = spillway.load(model).lower(accumulator="12:wrap")
        of_command = of_python = float("inf")
        for _ in range(3):  # in turn, so that both see the machine as busy
            of_command = min(of_command, best_of(1, lambda: subprocess.run(command, capture_output=True, check=True)))
            of_python = min(of_python, best_of(1, lambda: design.simulate(images, quiet=True)))
    print(f"simulate, {frames} images: {of_python:.2f} s, the command {of_command:.2f} s: {of_python / of_command:.3f} times")


measure_dot()
measure_simulate()
