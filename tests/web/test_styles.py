"""The style sheets keep to the design: readable in every theme, and within the browser floor."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "src/tongban/web/assets/css"
TOKENS = CSS / "tokens.css"
THEMES = sorted((ROOT / "themes").glob("*/static/theme.css"))
SHEETS = sorted([*CSS.rglob("*.css"), *ROOT.glob("plugins/*/src/tongban_*/assets/**/*.css")])
TEMPLATES = sorted(
    [
        *(ROOT / "src").rglob("*.pt"),
        *ROOT.glob("plugins/*/src/**/*.pt"),
        *ROOT.glob("themes/*/templates/**/*.pt"),
    ]
)

# WCAG 2.2: 1.4.3 (text 4.5:1) and 1.4.11 (controls and focus marks 3:1).
TEXT, CONTROL = 4.5, 3.0
PAIRS: list[tuple[str, str, float]] = [
    *(
        (text, ground, TEXT)
        for text, ground in product(
            ("text", "text-2", "text-3", "link"), ("bg", "surface", "sunken")
        )
    ),
    ("text", "hover", TEXT),
    ("text-2", "hover", TEXT),
    ("text-2", "track", TEXT),
    ("on-primary", "primary", TEXT),
    ("on-primary", "primary-hover", TEXT),
    ("on-primary-soft", "primary-soft", TEXT),
    ("on-primary-soft", "primary-soft-2", TEXT),
    *((text, band, TEXT) for text, band in product(("on-band", "on-band-2"), ("band", "band-2"))),
    ("on-count", "count", TEXT),
    ("on-count-strong", "count-strong", TEXT),
    ("on-mark", "mark-bg", TEXT),
    *((state, f"{state}-soft", TEXT) for state in ("ok", "warn", "bad", "idle", "bronze", "plum")),
    *((state, "surface", TEXT) for state in ("ok", "warn", "bad", "bronze", "plum", "count")),
    ("control-line", "surface", CONTROL),
    ("control-line", "bg", CONTROL),
    ("focus", "surface", CONTROL),
    ("focus", "bg", CONTROL),
    ("primary", "surface", CONTROL),
]

# Chromium 105, Safari 16, Firefox 110 are the oldest browsers served.
TOO_NEW = {
    "color-mix()": r"color-mix\(",
    "light-dark()": r"light-dark\(",
    "relative colours": r"\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(\s*from\b",
    "wide colours": r"\b(?:oklch|oklab|lch|lab)\(",
    ":has()": r":has\(",
    "@scope": r"@scope\b",
    "@starting-style": r"@starting-style\b",
    "subgrid": r"\bsubgrid\b",
    "anchor positioning": r"\banchor\(",
    "range queries": r"@media[^{]*[<>]=?",
}

THEME_MAY_SET = re.compile(
    r"--(?:brand-(?:50|[1-9]00|950)|accent(?:-soft|-on-dark)?|mark-bg|motif(?:-size|-opacity)?"
    r"|radius(?:-sm|-lg|-full)?|font-(?:sans|display|mono))"
)
RAW_COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb)a?\([^)]*\)"
    r"|:\s*(?:white|black|red|green|blue|gr[ae]y|orange|yellow)\b"
)
DATA_PROPERTIES = re.compile(r"(?:\s*--(?:v|k|ring):[^;]+;?)+\s*")


def plain(path: Path) -> str:
    """The sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)


def declared(css: str) -> dict[str, str]:
    """Custom properties with their values; the last of a name wins."""
    return {
        name: " ".join(value.split())
        for name, value in re.findall(r"(--[\w-]+)\s*:\s*([^;}]+)", css)
    }


def schemes() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Tokens of the light scheme, of the dark by the system, of the dark by choice."""
    light, _, rest = plain(TOKENS).partition("@media (prefers-color-scheme: dark)")
    by_system, _, by_choice = rest.partition(':root[data-theme="dark"]')
    return declared(light), declared(by_system), declared(by_choice)


def resolved(name: str, tokens: dict[str, str]) -> str:
    """The colour that a token stands for, through the tokens it refers to."""
    value = tokens[f"--{name}"]
    while reference := re.fullmatch(r"var\((--[\w-]+)\)", value):
        value = tokens[reference[1]]
    return value


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2, definition)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", [None, *THEMES], ids=lambda path: path and path.parts[-3])
def test_every_pair_of_text_and_ground_is_readable(theme: Path | None, scheme: str) -> None:
    light, dark, _ = schemes()
    tokens = {
        **light,
        **(dark if scheme == "dark" else {}),
        **(declared(plain(theme)) if theme else {}),
    }
    faint = {
        f"--{front} on --{ground}": round(ratio, 2)
        for front, ground, least in PAIRS
        if (ratio := contrast(resolved(front, tokens), resolved(ground, tokens))) < least
    }
    assert faint == {}


def test_dark_by_choice_equals_dark_by_system() -> None:
    _, by_system, by_choice = schemes()
    assert by_choice == by_system


def test_the_dark_scheme_sets_only_what_the_light_one_names() -> None:
    light, dark, _ = schemes()
    assert set(dark) <= set(light)


@pytest.mark.parametrize("theme", THEMES, ids=lambda path: path.parts[-3])
def test_a_theme_keeps_to_the_contract(theme: Path) -> None:
    css = plain(theme)
    assert re.fullmatch(r"\s*@layer theme\s*\{\s*:root\s*\{[^{}]*\}\s*\}\s*", css)
    assert [name for name in declared(css) if not THEME_MAY_SET.fullmatch(name)] == []
    assert re.findall(r"[;{]\s*(?!--)([a-z-]+)\s*:(?!root)", css) == []


@pytest.mark.parametrize(
    "sheet",
    # tokens.css gives the names; print.css is black ink on white paper
    [sheet for sheet in SHEETS if sheet not in (TOKENS, CSS / "print.css")],
    ids=lambda path: path.name,
)
def test_colours_have_names(sheet: Path) -> None:
    css = re.sub(r'url\("data:[^"]*"\)|mask-image:[^;]*;', "", plain(sheet))
    assert RAW_COLOUR.findall(css) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_layers_above_the_page_have_names(sheet: Path) -> None:
    """Only -1, 0 and 1, which order the parts of one component, are written as numbers."""
    assert [
        z
        for z in re.findall(r"z-index:\s*([^;}]+)", plain(sheet))
        if not re.fullmatch(r"-?[01]|var\(--z-[a-z]+\)", z.strip())
    ] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_fonts_have_names(sheet: Path) -> None:
    assert [
        font
        for font in re.findall(r"font(?:-family)?:\s*([^;}]+)", plain(sheet))
        if re.search(r"sans-serif|serif|monospace|\"", font)
    ] == []


@pytest.mark.parametrize("sheet", [*SHEETS, *THEMES], ids=lambda path: path.name)
def test_old_browsers_understand_the_sheet(sheet: Path) -> None:
    css = plain(sheet)
    assert [name for name, pattern in TOO_NEW.items() if re.search(pattern, css)] == []
    assert nested_rules(css) == []


def nested_rules(css: str) -> list[str]:
    """Selectors of style rules that hold other rules."""
    found, outer = [], [""]
    for head, brace in re.findall(r"([^{};]*)([{};])", re.sub(r'"[^"]*"', '""', css)):
        if brace == "{":
            parent = outer[-1]
            if parent and not parent.startswith("@"):
                found.append(parent)
            outer.append(head.strip())
        elif brace == "}":
            outer.pop()
    return found


def test_nested_rules_are_noticed() -> None:
    assert nested_rules("@media print { .a { color: red; .b { top: 0 } } }") == [".a"]


@pytest.mark.parametrize("sheet", [*SHEETS, *THEMES], ids=lambda path: path.name)
def test_nothing_is_fetched_from_elsewhere(sheet: Path) -> None:
    addresses = re.findall(r"(?:url\(\s*|@import\s+)[\"']?([^\"')]+)", plain(sheet))
    assert [at for at in addresses if not at.startswith(("./", "data:image/svg+xml,"))] == []


def test_what_a_sheet_refers_to_is_named() -> None:
    light, _, _ = schemes()
    own = {"--v", "--k", "--ring"}
    for sheet in SHEETS:
        css = plain(sheet)
        unknown = set(re.findall(r"var\((--[\w-]+)", css)) - set(light) - set(declared(css)) - own
        assert unknown == set(), sheet


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_obey_the_content_security_policy(template: Path) -> None:
    """No script in the page, no handler in an attribute, no style but data properties."""
    markup = re.sub(r"<!--.*?-->", "", template.read_text(encoding="utf-8"), flags=re.S)
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", markup) == []
    assert re.findall(r"<style\b", markup) == []
    assert re.findall(r"\s(on[a-z]+|hx-on[:\w-]*)=", markup) == []
    assert re.findall(r"javascript:", markup) == []
    assert [
        style
        for style in re.findall(r'\sstyle="([^"]*)"', markup)
        if not DATA_PROPERTIES.fullmatch(style)
    ] == []
    assert re.findall(r"[\"'; ]style\s+(?:string:|')", markup) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_name_no_colours(template: Path) -> None:
    markup = template.read_text(encoding="utf-8")
    assert re.findall(r'\b(?:fill|stroke|color|bgcolor|content)="(?:#|rgb)[^"]*"', markup) == []
