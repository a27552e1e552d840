"""Names of invented people: Faker's surnames by frequency, given names of the person's time."""

from __future__ import annotations

from random import Random

_MALE_FIRST = "子浩宇俊明志文嘉天泽皓梓家博晨思逸承景瑞"
_MALE_SECOND = "轩涵杰豪然宇航睿辰阳鹏霖凯毅恒源远哲楠峰"
_FEMALE_FIRST = "雨思欣诗梦佳雅静若紫晓可语婉书芷心艺亦清"
_FEMALE_SECOND = "涵怡琪萱彤妍瑶婷悦雯琳宁蕾颖洁馨珊晴玥然"

_MODERN_FROM = 1995
_COMPOSED_SHARE = 0.7


class NameMaker:
    """Makes plausible Chinese names, the same sequence for the same seed.

    Raises ImportError where Faker is missing; it comes with the extra `demo`.
    """

    def __init__(self, seed: int) -> None:
        from faker import Faker

        self._faker = Faker("zh_CN")
        self._faker.seed_instance(seed)
        self._random = Random(seed)

    def name(self, sex: str, born: int) -> str:
        """Return a full name for `male` or `female`, born in the given year."""
        return f"{self._faker.last_name()}{self._given(sex, born)}"

    def _given(self, sex: str, born: int) -> str:
        if born >= _MODERN_FROM and self._random.random() < _COMPOSED_SHARE:
            return self._composed(sex)
        if sex == "male":
            return str(self._faker.first_name_male())
        return str(self._faker.first_name_female())

    def _composed(self, sex: str) -> str:
        first, second = (
            (_MALE_FIRST, _MALE_SECOND) if sex == "male" else (_FEMALE_FIRST, _FEMALE_SECOND)
        )
        return self._random.choice(first) + self._random.choice(second)
