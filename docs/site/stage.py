# SPDX-License-Identifier: Apache-2.0
"""Puts the sources of the site together: the pages of docs/ with links that hold on the site, the reference of the command
line from the programs themselves, pages for every installed header and for the Python package.

    stage.py SOURCE XML OUT COMMAND...   XML: what Doxygen wrote, or - for no pages of headers; COMMAND: programs whose
                                         `manual` writes their reference
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE, OUT = Path(sys.argv[1]).resolve(), Path(sys.argv[3]).resolve()
DOXYGEN = None if sys.argv[2] == "-" else Path(sys.argv[2]).resolve()
PROGRAMS = [Path(path) for path in sys.argv[4:]]
PAGES = OUT / "pages"
EXTRA = OUT / "extra"

# Where pages from outside of docs/ stand on the site.
ELSEWHERE = {"README.md": "readme.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md",
             "models/zoo/README.md": "zoo.md"}  # fmt: skip
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def pages():
    """Every page of the repository with its place on the site."""
    found = {}
    for path in sorted((SOURCE / "docs").rglob("*.md")):
        if "site" not in path.relative_to(SOURCE / "docs").parts:
            found[path] = path.relative_to(SOURCE / "docs")
    found.update({SOURCE / name: Path(place) for name, place in ELSEWHERE.items()})
    for path in sorted((SOURCE / "examples/notebooks").glob("*.ipynb")):
        found[path] = Path("notebooks") / f"{path.stem}.md"
    return found


def relative(place, of):
    """How the page `of` names `place`, both below the root of the site."""
    return "../" * (len(of.parts) - 1) + place.as_posix()


def moved_link(match, page, place, all_pages):
    text, target = match[1], match[2]
    if re.match(r"[a-z]+:", target) or target.startswith("#"):
        return match[0]
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve()
    if path in all_pages:
        return f"[{text}]({relative(all_pages[path], place)}{'#' + anchor if anchor else ''})"
    if path.is_dir() or not path.is_relative_to(SOURCE):
        return text
    copy = EXTRA / "sources" / path.relative_to(SOURCE)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, copy)
    return f'<a href="{relative(copy.relative_to(EXTRA), place)}">{text}</a>'


def moved_image(match, page, place):
    path = (page.parent / match[2]).resolve().relative_to(SOURCE / "docs")
    return f"![{match[1]}]({relative(path, place)})"


def move(text, page, place, all_pages):
    """The text with links that hold on the site; blocks of code stay as they are."""
    lines, is_code = [], False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code and not line.startswith("    "):
            line = re.sub(r"!\[([^\]]*)\]\(([^)\s]+)\)", lambda m: moved_image(m, page, place), line)
            line = LINK.sub(lambda m: moved_link(m, page, place, all_pages), line)
        lines.append(line)
    return "\n".join(lines)


def write(place, text):
    path = PAGES / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def stage_pages():
    all_pages = pages()
    for page, place in all_pages.items():
        if page.suffix == ".ipynb":
            write(place, notebook_page(page))
            continue
        # Links may go over the end of a line.
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"\[([^\[\]\n]*)\n([^\[\]\n]*)\]\(", r"[\1 \2](", text)
        write(place, move(text, page, place, all_pages))
    shutil.copytree(SOURCE / "docs/images", PAGES / "images")
    write("index.md", (SOURCE / "docs/site/index.md").read_text(encoding="utf-8"))
    shutil.copy(SOURCE / "docs/site/conf.py", PAGES)
    (PAGES / "_static").mkdir()


def shown_output(output):
    """An output of a cell: what a notebook would draw, or its text."""
    data = output.get("data", {})
    if "text/html" in data:
        # A blank line would end the block of HTML.
        return re.sub(r"\n\s*\n", "\n", "".join(data["text/html"])) + "\n"
    text = "".join(output.get("text", data.get("text/plain", "")))
    lines = [line.rpartition("\r")[2] for line in text.rstrip().split("\n")]  # of a bar only what is left of it
    return "```text\n" + "\n".join(lines) + "\n```\n" if output.get("name") != "stderr" and text.strip() else ""


def notebook_page(path):
    """A notebook as a page, with what its cells printed where tools/docs has run it."""
    executed = Path(os.environ.get("SPILLWAY_NOTEBOOKS", "")) / path.name
    notebook = json.loads((executed if executed.is_file() else path).read_text(encoding="utf-8"))
    parts = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        parts.append(text + "\n" if cell["cell_type"] == "markdown" else f"```python\n{text}\n```\n")
        parts += [shown_output(output) for output in cell.get("outputs", [])]
    return "\n".join(part for part in parts if part)


def stage_commands():
    for program in PROGRAMS:
        subprocess.run([program, "manual", OUT / "manual"], check=True)
        shutil.copy(OUT / "manual" / f"{program.name}.md", PAGES)


def installed_headers():
    """The HEADERS of every spillway_library, by its name."""
    found = {}
    for path in sorted(SOURCE.rglob("CMakeLists.txt")):
        if path.relative_to(SOURCE).parts[0] in ("build", "tests"):
            continue
        for body in re.findall(r"^spillway_library\((.*?)\)$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            words, headers, is_header = body.split(), [], False
            for word in words[1:]:
                is_header = word == "HEADERS" if word.isupper() else is_header
                if is_header and word.endswith(".h"):
                    headers.append((path.parent / word).relative_to(SOURCE).as_posix())
            found[words[0]] = headers
    return found


def stage_headers():
    rooms = {room: headers for room, headers in installed_headers().items() if headers} if DOXYGEN else {}
    entries = "\n".join(rooms)
    write("cpp/index.md", "# C++\n\nEvery installed header, by the component of `find_package(spillway)` that brings it.\n\n"
          f"```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n")  # fmt: skip
    for room, headers in rooms.items():
        parts = [f"# spillway::{room}\n"]
        for header in headers:
            parts.append(
                f'## {header}\n\n```cpp\n#include "spillway/{header}"\n```\n\n```{{eval-rst}}\n.. doxygenfile:: {header}\n```\n'
            )
        write(f"cpp/{room}.md", "\n".join(parts))


def with_distinct_members(text):
    """Overloads that differ in their `requires` alone have one name for Doxygen; here each has its own."""
    seen = {}

    def distinct(match):
        seen[match[2]] = seen.get(match[2], -1) + 1
        return match[1] + match[2] + (f"_{seen[match[2]]}" if seen[match[2]] else "") + '"'

    return re.sub(r'(<memberdef [^>]*?id=")([^"]+)"', distinct, text)


def stage_xml():
    """What Doxygen read, without the sentence about the namespace, which would stand on every page, and without what
    Sphinx does not parse: initial values in braces, and marks between digits."""
    shutil.copytree(DOXYGEN, OUT / "xml")
    for path in (OUT / "xml").glob("*.xml"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"<(initializer|defval)>[^<]*\{.*?</\1>", "", text, flags=re.DOTALL)
        text = re.sub(r"<argsstring>.*?</argsstring>", lambda m: re.sub(r"= ?\{[^{}]*\}", "", m[0]), text)
        text = re.sub(r"(?<=\d) ?(?:'|&apos;)(?=\d{3})", "", text)
        path.write_text(with_distinct_members(text), encoding="utf-8")
    path = OUT / "xml" / "namespacespillway.xml"
    head, end, rest = path.read_text(encoding="utf-8").rpartition("</sectiondef>")
    path.write_text(head + end + re.sub(r"<para>.*?</para>", "", rest, flags=re.DOTALL), encoding="utf-8")


def stage_python():
    text = "# The package spillway\n\n[python.md](python.md) explains it; this page has every name with its types.\n\n"
    text += "```{eval-rst}\n.. automodule:: spillway\n   :members:\n   :imported-members:\n   :undoc-members:\n```\n"
    write("python-reference.md", text)


shutil.rmtree(OUT, ignore_errors=True)
EXTRA.mkdir(parents=True)
stage_pages()
stage_commands()
stage_headers()
if DOXYGEN:
    stage_xml()
stage_python()
