# SPDX-License-Identifier: Apache-2.0
"""What the tests of the documentation read off its pages."""

import re
from dataclasses import dataclass, field
from pathlib import Path

CONSOLE = ("console", "sh", "bash", "shell")
# An indented block is one of a console if it begins with one of these.
COMMANDS = re.compile(r" {4}(\$ |spillway|tools/|cmake |ctest |make |apt |pip |python3 |/usr/bin/python3 |build/)")


@dataclass
class Block:
    """A fenced block: what stands between the fences, and what a comment before it says."""

    page: Path
    line: int
    language: str
    lines: list = field(default_factory=list)
    not_run: str = ""  #: why, from <!-- not run: why -->
    prints: bool = False  #: <!-- prints -->: what the block of Python before it prints


def pages(source):
    found = sorted((source / "docs").rglob("*.md")) + [source / "README.md", source / "CONTRIBUTING.md"]
    return [page for page in found if "site" not in page.relative_to(source).parts]


def blocks_of(page):
    """Fenced blocks in order, and the line numbers of indented blocks that begin with a command."""
    found, indented, mark, open_block, before = [], [], "", None, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
        fence = re.match(r"\s*(```+|:::+)\s*(\S*)", line)
        if open_block is not None:
            if fence and not fence[2]:
                open_block = None
            else:
                open_block.lines.append(line)
        elif fence:
            open_block = Block(page, number, fence[2])
            reason = re.fullmatch(r"<!-- not run: (.+) -->", mark)
            open_block.not_run = reason[1] if reason else ""
            open_block.prints = mark == "<!-- prints -->"
            found.append(open_block)
            mark = ""
        elif COMMANDS.match(line) and not before.strip():
            indented.append(number)
        elif line.strip():
            mark = line.strip()
        before = line
    return found, indented


def is_disguised(block):
    """Whether a block of another kind shows a console: it would not be run."""
    return block.language not in CONSOLE and any(line.startswith("$ ") for line in block.lines)


def steps_of(lines):
    """The commands of a console with what they print: [("spillway version", ["spillway 0.1.0"])]."""
    steps = []
    for line in lines:
        if steps and steps[-1][0].endswith("\\"):
            steps[-1][0] += "\n" + line
        elif line.startswith("$ "):
            steps.append([line[2:], []])
        elif steps:
            steps[-1][1].append(line)
        else:
            raise ValueError(f"'{line}' stands before the first command; expected a line that begins with '$ '")
    return steps


def as_on_a_terminal(text):
    """What stays to be read: a progress bar begins its line again, and is gone in the end. A slow machine draws it."""
    return re.sub(r"[^\n]*\r(?!\n)", "", text)


def differs(expected, got):
    """Whether a command printed something else; a line `...` stands for any lines."""
    pattern = "".join("(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(line.rstrip() + "\n" for line in got)) is None
