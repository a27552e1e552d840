"""Pinyin of Chinese names, as people type it into a search box."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_LONGEST_PINYIN = 120
_LONGEST_INITIALS = 30
_OTHER = re.compile(r"[^a-z0-9]+")

# Characters that are read differently as a surname than elsewhere.
_SURNAMES = {
    "单": "shan",
    "仇": "qiu",
    "曾": "zeng",
    "解": "xie",
    "任": "ren",
    "区": "ou",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
    "尹": "yin",
    "翟": "zhai",
    "乐": "yue",
    "缪": "miao",
    "洗": "xian",
    "覃": "qin",
    "折": "she",
    "黑": "he",
    "逄": "pang",
    "种": "chong",
    "秘": "bi",
    "尉迟": "yu chi",
    "长孙": "zhang sun",
    "万俟": "mo qi",
    "澹台": "tan tai",
}


class Spelling(NamedTuple):
    """`zhangsan` and `zs` of 张三."""

    pinyin: str
    initials: str


def spell_person(name: str) -> Spelling:
    """Return pinyin and initials of a person's name, its surname read as a surname."""
    for length in (2, 1):
        reading = _SURNAMES.get(name[:length])
        if reading is not None and len(name) > length:
            return _spelling([*reading.split(), *_syllables(name[length:])])
    return spell(name)


@lru_cache(maxsize=4096)
def spell(text: str) -> Spelling:
    """Return pinyin and initials of any text; Latin letters and digits stand for themselves."""
    return _spelling(_syllables(text))


def _syllables(text: str) -> list[str]:
    # Its dictionaries take most of a second to load, and few processes spell anything.
    from pypinyin import Style, lazy_pinyin

    words = [_OTHER.sub("", word) for word in lazy_pinyin(text.lower(), style=Style.NORMAL)]
    return [word for word in words if word]


def _spelling(words: list[str]) -> Spelling:
    initials = "".join(word[0] for word in words)
    return Spelling("".join(words)[:_LONGEST_PINYIN], initials[:_LONGEST_INITIALS])
