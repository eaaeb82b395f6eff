"""Pages for people: each is allowed its own scripts and styles by a nonce, and nothing of any other host."""

from functools import cache
from html import escape
from pathlib import Path
from secrets import token_urlsafe

from starlette.responses import HTMLResponse

PAGES = Path(__file__).with_name("pages")

POLICY = {
    "default-src": "'none'",
    "script-src": "'nonce-{nonce}'",
    "style-src-elem": "'nonce-{nonce}'",
    "img-src": "data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""A content security policy (Content Security Policy Level 3): what no directive allows is not loaded."""

HEADERS = {
    "cache-control": "no-store",  # a nonce is for one time
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def part(name: str, **values: str) -> str:
    """Return a file of the folder `pages` with each `{{name}}` replaced by its value, which is HTML already."""
    text = _text(name)
    for placeholder, value in values.items():
        text = text.replace(f"{{{{{placeholder}}}}}", value)
    return text


@cache
def _text(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def page(title: str, body: str, head: str = "", allowed: dict[str, str] | None = None) -> HTMLResponse:
    """Make a page of HTML in which `{{nonce}}` stands for its nonce. `allowed` adds to its policy."""
    nonce = token_urlsafe(16)
    text = part("frame.html", title=escape(title), style=part("page.css"), head=head, body=body)
    policy = "; ".join(f"{name} {sources}" for name, sources in (POLICY | (allowed or {})).items())
    return HTMLResponse(
        text.replace("{{nonce}}", nonce),
        headers={**HEADERS, "content-security-policy": policy.format(nonce=nonce)},
    )
