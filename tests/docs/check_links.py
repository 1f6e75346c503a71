# SPDX-License-Identifier: Apache-2.0
"""Looks at every link of the documentation to something in the repository: the file must be there, and the heading."""

import os
import re
import sys
from pathlib import Path

import markdown

SOURCE = Path(os.environ.get("SPILLWAY_SOURCE", Path(__file__).resolve().parents[2]))
LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def without_code(text):
    """The text with blocks and spans of code emptied, and lines joined, since a link may go over the end of one."""
    text = re.sub(r"^[ ]*(```+)[^\n]*\n.*?^[ ]*\1[ ]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(`+)[^`]*?\1", lambda m: "`" + "x" * (len(m[0]) - 2) + "`", text)


def anchors_of(path):
    """What GitHub and the site make of the headings of a page."""
    found, seen = set(re.findall(r'<a (?:name|id)="([^"]+)"', path.read_text(encoding="utf-8"))), {}
    text = re.sub(r"^[ ]*(```+)[^\n]*\n.*?^[ ]*\1[ ]*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#{1,6} (.*)$", text, re.MULTILINE):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip()
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = seen.get(slug, -1) + 1
        seen[slug] = count
        found.add(slug if count == 0 else f"{slug}-{count}")
    return found


def broken_links(page):
    count, broken = 0, []
    for text, target in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        count += 1
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists():
            broken.append(f"{page}: [{text}]({target}): there is no such file")
        elif anchor and path.suffix == ".md" and anchor not in anchors_of(path):
            broken.append(f"{page}: [{text}]({target}): no heading of {path.name} is called so")
    return count, broken


def main():
    pages = [*markdown.pages(SOURCE), SOURCE / "CHANGELOG.md", SOURCE / "models/zoo/README.md"]
    count, broken = 0, []
    for page in pages:
        links, wrong = broken_links(page)
        count, broken = count + links, broken + wrong
    for line in broken:
        print(line, file=sys.stderr)
    print(f"{count} links within {len(pages)} pages, {len(broken)} broken")
    return 1 if broken or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
