"""The few HTML pages of the sandbox share one look."""

from __future__ import annotations

from html import escape

from fastapi.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark; --ink:#1c1b22; --soft:#6b6875; --line:#e4e2ea; --card:#fff;
  --ground:#f6f5f9; --accent:#5b4bd6; --bad:#b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink:#eceaf2; --soft:#a19dae; --line:#34313d;
  --card:#211f29; --ground:#16141c; --accent:#a195ff; --bad:#ff8a80; } }
* { box-sizing:border-box }
body { margin:0; background:var(--ground); color:var(--ink);
  font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif }
main { max-width:44rem; margin:0 auto; padding:2.5rem 1.25rem 4rem }
main.narrow { max-width:27rem; padding-top:12vh }
header { font-size:.875rem; color:var(--soft); margin-bottom:1.5rem }
header a { color:inherit }
h1 { font-size:1.6rem; line-height:1.25; margin:0 0 .75rem }
h2 { font-size:1.05rem; margin:2rem 0 .5rem }
p { margin:.5rem 0 } a { color:var(--accent) }
.card { background:var(--card); border:1px solid var(--line); border-radius:14px; padding:1.5rem }
.soft { color:var(--soft) } .amount { font-size:2rem; font-weight:650; margin:.25rem 0 1rem }
table { width:100%; border-collapse:collapse; background:var(--card); border:1px solid var(--line);
  border-radius:10px; overflow:hidden; font-size:.93rem }
th,td { text-align:left; padding:.55rem .75rem; border-top:1px solid var(--line);
  vertical-align:top }
tr:first-child th { border-top:0; color:var(--soft); font-weight:500 }
code { font:.9em ui-monospace,Menlo,Consolas,monospace; white-space:nowrap }
button { width:100%; font:inherit; font-weight:600; padding:.75rem 1rem; border-radius:10px;
  border:1px solid var(--accent); background:var(--accent); color:var(--card); cursor:pointer;
  margin-top:.6rem } button.second { background:none; color:var(--bad); border-color:var(--line) }
button:focus-visible, a:focus-visible { outline:3px solid var(--accent); outline-offset:2px }
pre { white-space:pre-wrap; overflow-wrap:anywhere; background:var(--card);
  border:1px solid var(--line); border-radius:10px; padding:1rem }
iframe { width:100%; height:60vh; border:1px solid var(--line); border-radius:10px;
  background:#fff }
"""

# Mails are shown in frames that inherit this policy: their scripts and remote images stay out.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def page(
    title: str, body: str, *, narrow: bool = False, home: bool = True, status: int = 200
) -> HTMLResponse:
    """A whole page; ``title`` is escaped here, ``body`` is HTML the caller has escaped."""
    crumb = '<header><a href="/">Mercato sandbox</a></header>' if home else ""
    kind = ' class="narrow"' if narrow else ""
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main{kind}>{crumb}{body}</main></body></html>"
    )
    headers = {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(document, status_code=status, headers=headers)
