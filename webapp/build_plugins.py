"""What is done to the pages after Reflex has built them (and before they are compressed)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

from webapp.theme import FONT_FILES, FONT_PACKAGES

PLACEHOLDER = "http://store.invalid:9"
_ADDRESS = re.compile(r"""(["'`])(ws|http)://store\.invalid:9([^"'`]*)\1""")


def make_portable(code: str) -> str:
    """``code`` with each literal of a placeholder address made an expression of the origin."""

    def expression(match: re.Match[str]) -> str:
        _, scheme, path = match.groups()
        origin = "location.origin" if scheme == "http" else 'location.origin.replace("http","ws")'
        return f'({origin}+"{path}")'

    return _ADDRESS.sub(expression, code)


class PortableAddresses(Plugin):
    """Makes one build work on any port, host and scheme.

    Reflex writes the address of its event socket into the scripts. The build gets a placeholder
    instead, which becomes the address that the page itself was loaded from.
    """

    def post_build(self, **context: Any) -> None:
        static: Path = context["static_dir"]
        rewritten = 0
        for script in static.rglob("*.js"):
            code = script.read_text("utf-8")
            portable = make_portable(code)
            if portable != code:
                script.write_text(portable, "utf-8")
                rewritten += 1
        if not rewritten:
            raise RuntimeError("the build holds no event address to make portable")


class Fonts(Plugin):
    """Installs the font packages and puts the files that store.css names below /fonts."""

    def get_frontend_development_dependencies(self, **_: Any) -> list[str]:
        return FONT_PACKAGES

    def post_build(self, **context: Any) -> None:
        static: Path = context["static_dir"]
        target = static / "fonts"
        target.mkdir(exist_ok=True)
        packages = static.parent.parent / "node_modules" / "@fontsource-variable"
        for name in FONT_FILES:
            family = name.split("-", 1)[0]
            shutil.copyfile(packages / family / "files" / name, target / name)
