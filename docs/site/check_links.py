# SPDX-License-Identifier: Apache-2.0
"""Looks at every link within a folder of HTML pages: the file must be there, and the anchor in it.

    check_links.py FOLDER
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(sys.argv[1]).resolve()


class page_reader(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            if (tag, name) in (("a", "href"), ("link", "href"), ("img", "src"), ("script", "src")) and value is not None:
                self.links.append(value)


pages = {path: page_reader(path) for path in ROOT.rglob("*.html") if "sources" not in path.relative_to(ROOT).parts}
count, broken = 0, []
for path, page in sorted(pages.items()):
    for link in page.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        count += 1
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if target.is_dir():
            target = target / "index.html"
        anchor = unquote(parts.fragment)
        is_there = target.is_file() and (not anchor or target not in pages or anchor in pages[target].anchors)
        if not is_there:
            broken.append(f"{path.relative_to(ROOT)}: {link}")
for line in broken:
    print(line, file=sys.stderr)
print(f"{count} links within {len(pages)} pages, {len(broken)} broken")
sys.exit(1 if broken else 0)
