"""What is wrong with a page that a person looks at: found by axe-core and by measuring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tests.browser.conftest import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_CONTRAST = ["color-contrast"]

_FIND = """
({kind, values}) => axe.run(document, {runOnly: {type: kind, values}, resultTypes: ['violations']})
  .then(result => result.violations.map(
    v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')))
"""

# On a screen as high as the page, bars that stick to its edges cover nothing. What lies over the
# page (a menu, a dialog) is looked at as it opens.
_WHOLE_HEIGHT = """
() => document.querySelector('details.menu[open], dialog[open]')
  ? 0 : document.documentElement.scrollHeight
"""

_WIDER = """
() => {
  const root = document.documentElement, more = root.scrollWidth - root.clientWidth;
  if (more <= 0) return null;
  const out = [...document.querySelectorAll('main *')].filter(
    e => e.getBoundingClientRect().right > root.clientWidth + 1
      && !e.closest('.tablewrap, .sr-only'));
  return `${more} px wider than the screen: ` + out.slice(0, 4).map(
    e => e.tagName.toLowerCase() + '.' + e.className).join(' | ');
}
"""

# Three Latin words in a row are English, outside of names of things that are written so.
_ENGLISH = """
() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest('script, style, code, .mono, .brand, noscript')) continue;
    const words = node.textContent.match(/[A-Za-z]{2,}(?: +[A-Za-z]{2,}){2,}/);
    if (words) found.push(words[0]);
  }
  return found;
}
"""

_SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def look_at(page: Any, name: str, picture: Callable[[Any, str], Path]) -> list[str]:
    """Return what is wrong with an open page, light and dark; keep a picture of either.

    Everything but contrast is the same in both, so the dark page is only measured for that.
    """
    with _whole(page):
        page.evaluate(_axe())
        problems = list(page.evaluate(_FIND, {"kind": "tag", "values": _RULES}))
        wide = page.evaluate(_WIDER)
        if wide:
            problems.append(str(wide))
        problems += [f"English: {words}" for words in page.evaluate(_ENGLISH)]
        picture(page, f"{name}-light")
        page.emulate_media(color_scheme="dark")
        page.evaluate(_SETTLED)
        found = page.evaluate(_FIND, {"kind": "rule", "values": _CONTRAST})
        problems += [f"dark: {violation}" for violation in found]
        picture(page, f"{name}-dark")
        page.emulate_media(color_scheme="light")
    return [f"{name}: {problem}" for problem in problems]


@contextmanager
def _whole(page: Any) -> Iterator[None]:
    """Make the screen as high as the page."""
    screen = page.viewport_size
    height = max(screen["height"], page.evaluate(_WHOLE_HEIGHT))
    page.set_viewport_size({"width": screen["width"], "height": height})
    page.evaluate(_SETTLED)
    yield
    page.set_viewport_size(screen)
