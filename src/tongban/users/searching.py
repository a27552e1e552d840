"""What people are found by: name, number, pinyin, initials (`张三`, `2020`, `zhangsan`, `zs`)."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table

from tongban.db.search import SearchIndex
from tongban.users.models import Person

PERSON_SEARCH = SearchIndex("person", texts=("name",), codes=("number", "pinyin", "initials"))
PERSON_SEARCH.follow(cast(Table, Person.__table__))
