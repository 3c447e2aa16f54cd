"""Cells that a spreadsheet shows and does not run.

A cell that starts with =, +, -, @ (also in their full width), a tab or a carriage return is a
formula to a spreadsheet, and so an attack on whoever opens the file. An apostrophe before it makes
it text; reading takes that apostrophe off again.
"""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MARK = "'"


def safe(text: str) -> str:
    """``text`` as a cell that is no formula; ``original`` undoes it."""
    cleaned = text.replace("\0", "")
    first = cleaned.lstrip(_MARK + " \n")
    return _MARK + cleaned if first.startswith(_FORMULA) else cleaned


def original(cell: str) -> str:
    """What ``safe`` was given, but for blanks around it."""
    if cell.startswith(_MARK) and cell.lstrip(_MARK + " \n").startswith(_FORMULA):
        return cell[1:]
    return cell
