# SPDX-License-Identifier: Apache-2.0
"""Structured arrays that know how to become a DataFrame and how to show themselves."""

from __future__ import annotations

import html
from typing import Any, Iterable, Mapping, Optional, Sequence, Tuple

import numpy as np

_SHOWN_ROWS = 20
_SHOWN_LINES = 60


def html_table(names: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """An HTML table; numbers stand at the right."""
    parts = ['<table class="spillway">']
    if caption:
        parts.append(f"<caption>{html.escape(caption)}</caption>")
    parts.append("<thead><tr>" + "".join(f"<th>{html.escape(name)}</th>" for name in names) + "</tr></thead><tbody>")
    for row in rows:
        cells = []
        for value in row:
            is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
            style = ' style="text-align:right"' if is_number else ""
            cells.append(f"<td{style}>{html.escape(shown(value))}</td>")
        parts.append("<tr>" + "".join(cells) + "</tr>")
    parts.append("</tbody></table>")
    return "".join(parts)


def text_table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Lines of a console; numbers stand at the right."""
    entries = [list(row) for row in rows]
    cells = [list(names), *([shown(value) for value in row] for row in entries)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(names))]
    lines = []
    for row, values in zip(cells, [entries[0] if entries else list(names), *entries]):
        right = [isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in values]
        padded = [text.rjust(width) if is_right else text.ljust(width) for text, width, is_right in zip(row, widths, right)]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def shown(value: Any) -> str:
    """A cell's text."""
    if value is None:
        return ""
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    return str(value)


class Table(np.ndarray):  # type: ignore[type-arg]
    """A structured array: a row an entry, a field a column. Indexing with a field's name gives its column.

    `to_pandas()` makes a DataFrame, to which names of units and layers are added where a column holds numbers of units.
    """

    _names: Mapping[str, Sequence[str]]

    def __new__(cls, rows: Any, names: Optional[Mapping[str, Sequence[str]]] = None) -> "Table":
        table = np.asarray(rows).view(cls)
        table._names = names or {}
        return table

    def __array_finalize__(self, of: Any) -> None:
        self._names = getattr(of, "_names", {})

    def to_pandas(self) -> Any:
        """A pandas DataFrame of the rows. The columns `unit` and `layer` hold names."""
        import pandas as pd

        fields = self.dtype.names
        if fields is None:
            return pd.Series(np.asarray(self))
        columns = {}
        for field in fields:
            column = np.asarray(self[field])
            if field == "unit" and self._names and column.dtype.kind in "iu":
                for name, texts in self._names.items():
                    columns[name] = pd.Categorical.from_codes(
                        _codes(column, texts), categories=list(dict.fromkeys(texts))
                    )
            else:
                columns[field] = column
        return pd.DataFrame(columns)

    def __str__(self) -> str:
        fields = self.dtype.names
        if fields is None or self.ndim != 1:
            return str(np.asarray(self))
        text = text_table(fields, [row.tolist() for row in np.asarray(self[:_SHOWN_LINES])])
        return text + (f"\n... {len(self)} rows" if len(self) > _SHOWN_LINES else "")

    def _repr_html_(self) -> str:
        fields = self.dtype.names
        if fields is None or self.ndim != 1:
            return f"<pre>{html.escape(repr(np.asarray(self)))}</pre>"
        rows = [row.tolist() for row in np.asarray(self[:_SHOWN_ROWS])]
        more = f"{len(self)} rows" + (f", the first {_SHOWN_ROWS}" if len(self) > _SHOWN_ROWS else "")
        return html_table(fields, rows, more)


def _codes(units: Any, texts: Sequence[str]) -> Any:
    places = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    return np.array([places[text] for text in texts], dtype=np.int32)[units]


def table_of(fields: Sequence[Tuple[str, str]], rows: Sequence[Tuple[Any, ...]]) -> Table:
    """A table of rows in memory; text fields ("U") are as wide as their longest value."""
    types = []
    for i, (name, kind) in enumerate(fields):
        if kind == "U":
            kind = f"U{max([len(str(row[i])) for row in rows] + [1])}"
        types.append((name, kind))
    return Table(np.array(list(rows), dtype=types))
