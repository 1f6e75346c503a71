# SPDX-License-Identifier: Apache-2.0
"""Sphinx over what docs/site/stage.py has put together; tools/docs runs both."""

import os
import re
import sys
from pathlib import Path

from breathe.renderer import sphinxrenderer

SOURCE = Path(os.environ["SPILLWAY_SOURCE"])
sys.path.insert(0, str(SOURCE / "python"))

project = "Spillway"
author = "Spillway maintainers"
copyright = "Spillway maintainers, Apache-2.0"  # noqa: A001
version = release = os.environ["SPILLWAY_VERSION"]

extensions = ["myst_parser", "breathe", "sphinx.ext.autodoc"]
default_role = "code"
html_theme = "furo"
html_title = f"Spillway {version}"
html_static_path = ["_static"]
html_extra_path = ["../extra"]
html_show_sphinx = False
templates_path = []
exclude_patterns = []
nitpicky = False

myst_heading_anchors = 6
myst_enable_extensions = ["colon_fence"]
# Blocks without a language are drawings and lists, not programs.
highlight_language = "none"

breathe_projects = {"spillway": os.environ["SPILLWAY_DOXYGEN"]}
breathe_default_project = "spillway"
breathe_default_members = ("members",)
breathe_show_include = False

# The extension is C++, and need not be built to read what its Python says.
autodoc_mock_imports = ["spillway._core"]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"


def show_arguments(app, what, name, of, options, lines):
    """Our docstrings name arguments as `name, other: what` and indent programs; reStructuredText wants lists and blocks."""
    shown, last = [], ""
    for line in lines:
        argument = re.match(r"((?:[a-z_]\w*)(?:, [a-z_]\w*)*): (.*)", line) if what in ("function", "method", "class") else None
        if argument:
            if not last.startswith("- "):
                shown.append("")
            line = f"- **{argument[1]}**: {argument[2]}"
            last = line
        elif last.startswith("- ") and line.startswith("    "):
            line = "  " + line.strip()
        elif line.startswith("    ") and not last:
            shown += ["", ".. code-block:: python", ""]
            last = "code"
        elif not line.startswith("    ") and line:
            if last.startswith("- "):
                shown.append("")
            last = line
        elif not line and last != "code":
            last = ""
        shown.append(line)
    lines[:] = [*shown, ""]


def members_of_namespace(self, node):
    """What a header puts into a namespace, by its full name. Breathe would declare the namespace again for each header."""
    file_data = self.compound_parser.parse(node.refid)
    parent = self.context.create_child_context(file_data)
    with sphinxrenderer.WithContext(self, parent.create_child_context(file_data.compounddef)):
        return self.render(file_data, parent)


sphinxrenderer.SphinxRenderer.visit_namespace = members_of_namespace


def setup(app):
    app.connect("autodoc-process-docstring", show_arguments)
