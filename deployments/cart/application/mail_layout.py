"""The look of an e-mail: plain text, and HTML that mail programs of any age show alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from deployments.shared.mail import Mail

_FONT = "font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif"
_MUTED = "color:#6b6f76"
_RULE = "border-top:1px solid #e6e4df"


@dataclass(frozen=True, slots=True)
class Row:
    """``label`` on the left, ``value`` on the right; ``note`` in small letters below."""

    label: str
    value: str
    note: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain values throughout; ``blocks`` are titled lists of lines (an address, a parcel)."""

    title: str
    paragraphs: Sequence[str]
    rows: Sequence[Row] = ()
    blocks: Sequence[tuple[str, Sequence[str]]] = ()
    links: Sequence[tuple[str, str]] = ()


def mail(to: str, subject: str, letter: Letter, shop: str) -> Mail:
    return Mail(to, subject, _text(letter, shop), _html(letter, shop))


def _text(letter: Letter, shop: str) -> str:
    parts = [letter.title, *letter.paragraphs]
    if letter.rows:
        width = max(len(row.label) for row in letter.rows)
        lines = []
        for row in letter.rows:
            lines.append(f"{row.label.ljust(width)}  {row.value}")
            if row.note:
                lines.append(f"  {row.note}")
        parts.append("\n".join(lines))
    parts += ["\n".join([f"{heading}:", *lines]) for heading, lines in letter.blocks]
    parts += [f"{label}:\n{address}" for label, address in letter.links]
    parts.append(f"— {shop}")
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter, shop: str) -> str:
    body = [
        f'<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25">{escape(letter.title)}</h1>'
    ]
    body += [
        f'<p style="margin:0 0 16px;line-height:1.5">{escape(text)}</p>'
        for text in letter.paragraphs
    ]
    if letter.rows:
        rows = "".join(_row(row) for row in letter.rows)
        body.append(
            '<table role="presentation" width="100%" cellspacing="0" cellpadding="0" '
            f'style="margin:8px 0 24px;border-collapse:collapse">{rows}</table>'
        )
    for heading, lines in letter.blocks:
        text = "<br>".join(escape(line) for line in lines)
        body.append(
            f'<p style="margin:0 0 4px;font-size:13px;{_MUTED}">{escape(heading)}</p>'
            f'<p style="margin:0 0 20px;line-height:1.5">{text}</p>'
        )
    for label, address in letter.links:
        body.append(
            f'<p style="margin:0 0 16px"><a href="{escape(address)}" style="display:inline-block;'
            "padding:12px 22px;border-radius:999px;background:#1d2433;color:#ffffff;"
            f'text-decoration:none;font-weight:600">{escape(label)}</a></p>'
        )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(letter.title)}</title></head>"
        f'<body style="margin:0;background:#f6f4ef;{_FONT};font-size:16px;color:#1d2433">'
        '<table role="presentation" width="100%" cellspacing="0" cellpadding="0"><tr>'
        '<td align="center" style="padding:32px 12px">'
        '<table role="presentation" width="100%" cellspacing="0" cellpadding="0" '
        'style="max-width:560px;background:#ffffff;border-radius:20px"><tr>'
        f'<td style="padding:32px">{"".join(body)}</td></tr></table>'
        f'<p style="margin:20px 0 0;font-size:13px;{_MUTED}">{escape(shop)}</p>'
        "</td></tr></table></body></html>"
    )


def _row(row: Row) -> str:
    weight = ";font-weight:600" if row.strong else ""
    note = f'<br><span style="font-size:13px;{_MUTED}">{escape(row.note)}</span>'
    cell = f"padding:10px 0;{_RULE}{weight}"
    return (
        f'<tr><td style="{cell}">{escape(row.label)}{note if row.note else ""}</td>'
        f'<td align="right" valign="top" style="{cell};white-space:nowrap">'
        f"{escape(row.value)}</td></tr>"
    )
