"""HTML descriptions as plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Any other element starts a line of its own.
_INLINE = frozenset(
    re.findall(
        "[a-z]+",
        "a abbr b bdi bdo big cite code data del dfn em font i img ins kbd label mark q "
        "s samp small span strike strong sub sup time tt u var wbr",
    )
)
_HIDDEN = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "head"})
_LOOKS_LIKE_HTML = re.compile(r"<[a-zA-Z!/][^>]*>|&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag == "li":
            self.parts.append("\n• ")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag not in _INLINE:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            # An unclosed inner element ends with its parent.
            while self._hidden.pop() != tag:
                pass
        elif tag not in _INLINE and tag not in ("td", "th"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def plain_text(html: str) -> str:
    """The readable text: paragraphs on lines of their own, list items with a bullet, scripts and
    styles left out. Text without markup keeps its line breaks."""
    if not _LOOKS_LIKE_HTML.search(html):
        return _tidied(html)
    parser = _Text()
    # In markup a line break is a space.
    parser.feed(re.sub(r"\s+", " ", html))
    parser.close()
    return _tidied("".join(parser.parts))


def _tidied(text: str) -> str:
    without_controls = re.sub(r"[^\S\n]+|[\x00-\x08\x0b-\x1f\x7f]", " ", text)
    lines = (line.strip() for line in without_controls.splitlines())
    return "\n".join(line for line in lines if line and line != "•")
