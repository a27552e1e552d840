"""Who may download a file, and the headers that keep it from doing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from tongban.files.services import FileFacts, attach, store
from tongban.files.store import FileStore
from tongban.hookspecs import hookimpl
from tongban.pluginhost.plugin import InstalledPlugin
from tongban.testing.factories import Campus, MadePerson
from tongban.web.runtime import Runtime


@pytest.fixture
def owner(campus: Campus) -> MadePerson:
    return campus.person("林知远")


@pytest.fixture
def keep(db: Session, files: FileStore, owner: MadePerson) -> Callable[[str, bytes], FileFacts]:
    def kept(name: str, data: bytes) -> FileFacts:
        facts = store(
            db,
            files,
            name=name,
            data=data,
            owner_id=owner.id,
            allowed=("pdf", "png", "txt", "docx"),
            max_bytes=1_000_000,
        )
        db.commit()
        return facts

    return kept


@pytest.fixture
def deciding(runtime: Runtime) -> Iterator[Callable[[Any], None]]:
    """Install a plugin that answers `tongban_may_read_file` with a value, or raises it."""

    def install(answer: Any) -> None:
        module = ModuleType("tongban_guard.plugin")

        @hookimpl
        def tongban_may_read_file(viewer: Any, file: Any) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return answer(viewer, file) if callable(answer) else answer

        module.tongban_may_read_file = tongban_may_read_file  # type: ignore[attr-defined]  # made up here
        runtime.host.register(InstalledPlugin("guard", "守卫", "1", "code", module))

    yield install
    if runtime.host.plugin("guard") is not None:
        runtime.host.unregister("guard")


def address(file: FileFacts) -> str:
    return f"/files/{file.id}/{quote(file.name)}"


def test_the_owner_gets_the_file_as_it_was(
    app: Any, owner: MadePerson, keep: Any, make: Any
) -> None:
    file = keep("报修 照片.png", make.PNG)
    app.sign_in(owner)
    answer = app.get(address(file))
    assert answer.body == make.PNG
    assert answer.content_type == "image/png"
    assert answer.headers["Content-Length"] == str(len(make.PNG))


@pytest.mark.parametrize(
    ("name", "kind", "query", "shown"),
    [
        ("a.png", "PNG", "", "attachment"),
        ("a.png", "PNG", "?view", "inline"),
        ("a.pdf", "PDF", "?view", "inline"),
        ("a.txt", "TXT", "?view", "attachment"),
    ],
)
def test_only_images_and_pdf_open_in_the_browser_and_nothing_runs(
    app: Any, owner: MadePerson, keep: Any, make: Any, name: str, kind: str, query: str, shown: str
) -> None:
    data = {"PNG": make.PNG, "PDF": make.PDF, "TXT": b"plain"}[kind]
    file = keep(name, data)
    app.sign_in(owner)
    headers = app.get(address(file) + query).headers
    assert headers["Content-Disposition"].startswith(f"{shown};")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert ("sandbox" in headers["Content-Security-Policy"]) == (name != "a.pdf")


def test_the_name_survives_in_the_header(app: Any, owner: MadePerson, keep: Any, make: Any) -> None:
    file = keep('采购"清单"; v2.pdf', make.PDF)
    app.sign_in(owner)
    header = app.get(address(file)).headers["Content-Disposition"]
    assert header == f"attachment; filename=\"file.pdf\"; filename*=UTF-8''{quote(file.name, '')}"


def test_an_unchanged_file_is_not_sent_again(
    app: Any, owner: MadePerson, keep: Any, make: Any
) -> None:
    file = keep("a.png", make.PNG)
    app.sign_in(owner)
    tag = app.get(address(file)).headers["ETag"]
    answer = app.get(address(file), headers={"If-None-Match": tag}, status=304)
    assert answer.body == b""


def test_others_do_not_even_learn_that_it_exists(
    app: Any, campus: Campus, keep: Any, make: Any
) -> None:
    file = keep("a.png", make.PNG)
    app.get(address(file), status=303)
    app.sign_in(campus.person())
    denied = app.get(address(file), status=404)
    unknown = app.get(f"/files/{uuid4()}/a.png", status=404)
    title = "h1"
    assert denied.html.find(title).text == unknown.html.find(title).text
    app.get("/files/1/a.png", status=404)
    app.get(f"/files/{'z' * 36}/a.png", status=404)


@pytest.mark.parametrize(
    ("answer", "status"),
    [(True, 200), (False, 404), (None, 404), ("yes", 404), (RuntimeError("broken"), 404)],
)
def test_the_plugin_it_belongs_to_decides(
    app: Any,
    db: Session,
    campus: Campus,
    owner: MadePerson,
    keep: Any,
    make: Any,
    deciding: Callable[[Any], None],
    answer: Any,
    status: int,
) -> None:
    file = keep("a.png", make.PNG)
    attach(db, [file.id], "guard", 5, owner.id)
    db.commit()
    deciding(answer)
    app.sign_in(campus.person())
    app.get(address(file), status=status)


def test_the_plugin_learns_who_asks_for_what(
    app: Any,
    db: Session,
    campus: Campus,
    owner: MadePerson,
    keep: Any,
    make: Any,
    deciding: Callable[[Any], None],
) -> None:
    file = keep("a.png", make.PNG)
    attach(db, [file.id], "guard", 5, owner.id)
    db.commit()
    asked: list[tuple[int, str, str]] = []
    deciding(
        lambda viewer, file: asked.append((viewer.person_id, file.guard, file.guard_ref)) or True
    )
    reader = campus.person()
    app.sign_in(reader)
    app.get(address(file))
    assert asked == [(reader.id, "guard", "5")]


def test_lost_content_is_said_so(
    app: Any, owner: MadePerson, keep: Any, make: Any, files: FileStore
) -> None:
    file = keep("a.txt", f"only here {uuid4()}".encode())
    files.delete_old(file.sha256, file.created_at.replace(year=2100))
    app.sign_in(owner)
    assert "内容已丢失" in app.get(address(file), status=404)
