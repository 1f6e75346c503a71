# SPDX-License-Identifier: Apache-2.0
"""Small charts for notebooks, drawn as SVG: no scripts, nothing to fetch."""

from __future__ import annotations

import html
from typing import Any, Dict, List, Sequence, Tuple

from ._tables import Table

_ROW = 18
_MOST_ROWS = 60
_COLOURS = {"working": "#3b7dd8", "starved": "#c9d8ec", "blocked": "#e8b04a", "draining": "#9aa5b1"}


def _svg(width: float, height: float, body: List[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'font-family="sans-serif" font-size="11">{"".join(body)}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'


def bars(rows: Sequence[Tuple[str, float]], unit: str) -> str:
    """A bar a row, the longest first."""
    shown = sorted(rows, key=lambda row: -row[1])[:_MOST_ROWS]
    greatest = max([value for _, value in shown] + [1e-12])
    body = []
    for i, (name, value) in enumerate(shown):
        y = i * _ROW
        body.append(_text(196, y + 13, name, "end"))
        body.append(f'<rect x="200" y="{y + 3}" width="{320 * value / greatest:.1f}" height="{_ROW - 6}" fill="#3b7dd8"/>')
        body.append(_text(204 + 320 * value / greatest, y + 13, f"{value:.0f} {unit}"))
    return _svg(640, len(shown) * _ROW + 4, body)


def run_map(units: Sequence[Dict[str, Any]], states: Table, layers: Table) -> str:
    """The units in the order of the stream: what each did in every cycle, and the share of dot products that overflowed."""
    overflow = {}
    for row in layers:
        overflow[str(row["unit"])] = int(row["overflowing_dot_products"]) / max(int(row["dot_products"]), 1)
    body = [_text(200 + i * 90, 12, name) for i, name in enumerate(_COLOURS)]
    body += [f'<rect x="{186 + i * 90}" y="3" width="10" height="10" fill="{c}"/>' for i, c in enumerate(_COLOURS.values())]
    for i, row in enumerate(states[:_MOST_ROWS]):
        y, x = (i + 1) * _ROW, 200.0
        body.append(_text(196, y + 13, str(row["name"]), "end"))
        total = max(sum(int(row[state]) for state in _COLOURS), 1)
        for state, colour in _COLOURS.items():
            width = 260 * int(row[state]) / total
            body.append(f'<rect x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="{_ROW - 6}" fill="{colour}"/>')
            x += width
        share = overflow.get(str(row["name"]))
        if share is not None:
            words = "no overflow" if share == 0 else f"{100 * share:.3g}% of dot products overflow"
            body.append(_text(468, y + 13, words))
    return _svg(680, (min(len(states), _MOST_ROWS) + 1) * _ROW + 4, body)


def front(rows: Sequence[Dict[str, Any]]) -> str:
    """Accuracy against LUTs of a study's points; those that no other beats are joined."""
    points = sorted(
        (float(row["luts"]), float(row["accuracy"]), str(row.get("registers") or ""))
        for row in rows
        if row.get("luts") is not None and row.get("accuracy") is not None
    )
    if not points:
        return "<p>no point has both an accuracy and a price</p>"
    low_x, high_x = points[0][0], points[-1][0]
    low_y, high_y = min(p[1] for p in points), max(p[1] for p in points)

    def place(luts: float, accuracy: float) -> Tuple[float, float]:
        return (
            60 + 460 * (luts - low_x) / max(high_x - low_x, 1e-9),
            250 - 220 * (accuracy - low_y) / max(high_y - low_y, 1e-9),
        )

    body = ['<rect x="50" y="20" width="480" height="240" fill="none" stroke="#9aa5b1"/>']
    best: List[Tuple[float, float]] = []
    reached = -1.0
    for luts, accuracy, words in points:
        x, y = place(luts, accuracy)
        title = html.escape(f"{words}: {luts:.0f} LUT, {100 * accuracy:.2f}%")
        is_best = accuracy > reached
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{"#3b7dd8" if is_best else "#c9d8ec"}"><title>{title}</title></circle>')
        if is_best:
            best.append((x, y))
            reached = accuracy
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in best)
    body.append(f'<polyline points="{line}" fill="none" stroke="#3b7dd8"/>')
    body += [_text(60, 276, f"{low_x:.0f}"), _text(530, 276, f"{high_x:.0f} LUT (modelled)", "end")]
    body += [_text(46, 254, f"{100 * low_y:.1f}%", "end"), _text(46, 34, f"{100 * high_y:.1f}%", "end")]
    return _svg(560, 284, body)
