# SPDX-License-Identifier: Apache-2.0
"""Runs every notebook of examples/notebooks from start to end, each in a folder of its own below the clone, so that it finds
what ships as it does for a reader. A cell that raises fails, and so does one that promises output and has none.

    run_notebooks.py OUT [NAME...]    OUT: where the executed notebooks are written
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

SOURCE = Path(os.environ["SPILLWAY_SOURCE"])
BUILD = Path(os.environ["SPILLWAY_BUILD"])
NOTEBOOKS = SOURCE / "examples" / "notebooks"


def outputs_of(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [output for cell in cells for output in cell.outputs]


def run(path, out):
    notebook = nbformat.read(path, as_version=4)
    if outputs_of(notebook):
        return "has outputs; expected none in the repository"
    # Below the build, from where the folders above are those of the clone.
    with tempfile.TemporaryDirectory(dir=out) as folder:
        try:
            NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
        except CellExecutionError as wrong:
            return str(wrong)
    nbformat.write(notebook, out / path.name)
    silent = [cell for cell in notebook.cells if cell.cell_type == "code" and "print(" in cell.source and not cell.outputs]
    return f"a cell prints nothing:\n{silent[0].source}" if silent else ""


def main(out, names):
    out.mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONPATH"] = str(BUILD / "python")
    os.environ["PATH"] = f"{BUILD}:{os.environ['PATH']}"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    os.environ.pop("SPILLWAY_DATA", None)
    failed, paths = 0, [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if not names or path.stem in names]
    for path in paths:
        begin = time.monotonic()
        wrong = run(path, out)
        failed += bool(wrong)
        print(f"{path.name}: {wrong or 'ran'}, {time.monotonic() - begin:.1f} s", flush=True)
    return 1 if failed or len(paths) < (len(names) or 3) else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
