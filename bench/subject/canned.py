"""The values of a page, taken from one real request, so that its template can be rendered alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.wsgi import Client

# What a template calls to have something computed; afterwards the answers are looked up.
_CALLED = ("url", "slot", "can")


class CannedPage:
    """A page's template with the values of one request; rendering computes nothing else."""

    def __init__(self, template: Callable[..., str], values: dict[str, Any]) -> None:
        self._template = template
        self._values = values | {name: _remembering(values[name]) for name in _CALLED}

    def render(self) -> str:
        """Render the template with the canned values."""
        return str(self._template(**self._values))


def can_page(browser: Client, path: str, spec: str) -> CannedPage:
    """Return the page at `path`, which the template `spec` renders, with its values canned.

    Raises LookupError when another template rendered it, ValueError when the canned page is not
    the page.
    """
    from tongban.web.templating import TemplateRenderer

    seen: dict[str, CannedPage] = {}
    render = TemplateRenderer.render

    def watch(self: Any, request: Any, value: Any) -> str:
        values = {**self._names(request), "nav": None, "tab": None, **value}
        seen[self._spec] = CannedPage(self._loader.load(self._spec), values)
        return seen[self._spec].render()

    TemplateRenderer.render = watch  # type: ignore[method-assign]  # for this one request
    try:
        browser.get(path)
    finally:
        TemplateRenderer.render = render  # type: ignore[method-assign]
    canned = seen.get(spec)
    if canned is None:
        raise LookupError(f"{path} was rendered by {list(seen)}, not by {spec}")
    if canned.render() != browser.get(path).text:
        raise ValueError(f"the canned page is not the page at {path}")
    return canned


def _remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    answers: dict[str, Any] = {}

    def remember(*positional: Any, **named: Any) -> Any:
        key = f"{positional}{named}"
        if key not in answers:
            answers[key] = function(*positional, **named)
        return answers[key]

    return remember
