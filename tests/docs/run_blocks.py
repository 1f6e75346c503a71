# SPDX-License-Identifier: Apache-2.0
"""Runs every block of a console and of Python in the documentation, and compares what is printed.

The blocks of a page run in their order, in one folder of their own, where `models`, `examples` and `tools` are those of the
sources and `build` has the build. A block that can't be run here says so in the line before it: <!-- not run: why -->.
All of them are counted.

    run_blocks.py [PAGE...]
    run_blocks.py --write PAGE...    puts what the commands print now into the pages: read what git says of that
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import markdown

SOURCE = Path(os.environ.get("SPILLWAY_SOURCE", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("SPILLWAY_BUILD", SOURCE / "build" / "ci"))
PYTHON = "/usr/bin/python3"


class Page:
    """What has become of the blocks of a page."""

    def __init__(self):
        self.run, self.commands, self.failures, self.reasons = 0, 0, [], Counter()
        self.written = {}  #: by the line of a block: what its lines should be


def make_folder(folder):
    for name in ("models", "examples", "tools"):
        (folder / name).symlink_to(SOURCE / name)
    (folder / "build").mkdir()
    for preset in ("release", "ci"):
        (folder / "build" / preset).symlink_to(BUILD)


def environment():
    of = {key: value for key, value in os.environ.items() if not key.startswith("SPILLWAY_")}
    of.update(PATH=f"{BUILD}:{os.environ['PATH']}", PYTHONPATH=str(BUILD / "python"), LC_ALL="C.UTF-8", COLUMNS="160")
    of["SYSTEMC_DISABLE_COPYRIGHT_MESSAGE"] = "1"
    return of


def execute(words, folder, text=""):
    done = subprocess.run(words, cwd=folder, env=environment(), input=text.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=240)  # fmt: skip
    done.stdout = markdown.as_on_a_terminal(done.stdout.decode())
    return done


def difference(command, expected, got):
    if markdown.differs(expected, got):
        yield f"{command}\n--- the page\n" + "\n".join(expected) + "\n--- what it prints\n" + "\n".join(got)


def run_console(block, folder, page):
    lines = []
    for command, expected in markdown.steps_of(block.lines):
        page.commands += 1
        code = 1 if command.rstrip().endswith("# exits with 1") else 0
        done = execute(["bash", "-c", command], folder)
        got = done.stdout.splitlines()
        lines += f"$ {command}".split("\n") + (got if markdown.differs(expected, got) else expected)
        if done.returncode != code:
            yield f"$ {command}\nexits with {done.returncode}, expected {code}:\n{done.stdout}"
        else:
            yield from difference(f"$ {command}", expected, got)
    page.written[block.line] = lines


def run_script(block, folder, page):
    page.commands += 1
    done = execute(["bash", "-euo", "pipefail", "-c", "\n".join(block.lines)], folder)
    if done.returncode != 0:
        yield f"exits with {done.returncode}:\n{done.stdout}"


class Interpreter:
    """The blocks of Python of a page: each sees what those before it made."""

    def __init__(self):
        self.before = []

    def run(self, block, following, folder, page):
        page.commands += 1
        code = "\n".join(block.lines)
        script = "import io, sys\n_said, sys.stdout = sys.stdout, io.StringIO()\n" + "\n".join(self.before)
        script += f"\nsys.stdout = _said\n{code}\n"
        self.before.append(code)
        done = execute([PYTHON, "-c", script], folder)
        if done.returncode != 0:
            yield f"{code}\nexits with {done.returncode}:\n{done.stdout}"
        elif following and following.prints:
            got = done.stdout.splitlines()
            yield from difference(code, following.lines, got)
            page.written[following.line] = got


def run_page(path):
    page, interpreter = Page(), Interpreter()
    blocks, indented = markdown.blocks_of(path)
    page.failures += [f"{path}:{line}: an indented block of commands; expected a fenced one" for line in indented]
    page.failures += [f"{path}:{b.line}: shows a console as {b.language or 'nothing'}; expected console" for b in blocks if markdown.is_disguised(b)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_folder(folder)
        for block, following in zip(blocks, [*blocks[1:], None]):
            if block.language not in (*markdown.CONSOLE, "python"):
                continue
            if block.not_run:
                page.reasons[block.not_run] += 1
                continue
            page.run += 1
            if block.language == "python":
                found = interpreter.run(block, following, folder, page)
            else:
                found = (run_console if block.language == "console" else run_script)(block, folder, page)
            page.failures += [f"{path}:{block.line}: {failure}" for failure in found]
    return page


def write(path, page):
    """Puts what was printed in the place of what the page says."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for block in reversed(markdown.blocks_of(path)[0]):
        if block.line in page.written:
            lines[block.line : block.line + len(block.lines)] = [line.rstrip() for line in page.written[block.line]]
    path.write_text("\n".join(lines), encoding="utf-8")


def main(arguments):
    chosen = [Path(path).resolve() for path in arguments if path != "--write"]
    run, commands, failures, reasons = 0, 0, [], Counter()
    for path in chosen or markdown.pages(SOURCE):
        begin = time.monotonic()
        page = run_page(path)
        if "--write" in arguments:
            write(path, page)
        run, commands, failures = run + page.run, commands + page.commands, failures + page.failures
        reasons.update(page.reasons)
        if page.run or page.reasons:
            print(f"{path.relative_to(SOURCE)}: {page.run} run, {sum(page.reasons.values())} not, {time.monotonic() - begin:.1f} s", flush=True)
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{run} blocks with {commands} commands run, {len(failures)} failures; {sum(reasons.values())} blocks not run:")
    for reason, count in reasons.most_common():
        print(f"  {count:3} {reason}")
    return 1 if failures or run == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
