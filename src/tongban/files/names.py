"""File names made safe: for every system that saves them, for headers, for the eye."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
_LONGEST_BYTES = 240
_LONGEST_EXTENSION = 10
UNNAMED = "未命名"

# What Windows refuses in names, and both kinds of path separators.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Control, format (direction marks that disguise an extension), surrogate, private, unassigned.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return a safe name of at most 120 characters and 240 bytes, with its extension kept.

    A path gives its last part. Cleaning a clean name changes nothing.
    """
    cleaned = _once(name)
    while (again := _once(cleaned)) != cleaned:
        cleaned = again
    return cleaned


def extension_of(name: str) -> str:
    """Return the extension in lower case without its dot; empty if there is none."""
    stem, dot, extension = name.rpartition(".")
    plain = extension.isascii() and extension.isalnum() and len(extension) <= _LONGEST_EXTENSION
    return extension.lower() if dot and stem and plain else ""


def _once(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    text = unicodedata.normalize("NFC", last)
    text = "".join(" " if char.isspace() else char for char in text if _visible(char))
    text = re.sub(r" +", " ", _FORBIDDEN.sub("_", text)).strip(" .")
    text = _cut(text)
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    return text or UNNAMED


def _visible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in _HIDDEN_CATEGORIES


def _cut(text: str) -> str:
    extension = extension_of(text)
    ending = text[-len(extension) - 1 :] if extension else ""
    stem = text[: len(text) - len(ending)][: LONGEST - len(ending)]
    while len((stem + ending).encode()) > _LONGEST_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + ending
