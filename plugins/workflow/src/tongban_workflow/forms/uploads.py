"""Files of a form: stored as they come, given to the case when it is sent in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tongban.toolkit import FileRefused, FileStore, attach_files, detach_files, store_file
from tongban_workflow.forms.compiling import CompiledForm
from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.posted import Posted
from tongban_workflow.forms.reading import Rights, editable
from tongban_workflow.forms.widgets.attachments import MAX_BYTES, MAX_FILES, new_control

# Who decides about reading: this plugin, asked by `tongban_may_read_file`.
GUARD = "workflow"

_DRAFT = "draft:"


def draft_ref(draft_id: int) -> str:
    """Return what a draft's files are attached to."""
    return f"{_DRAFT}{draft_id}"


def is_draft_ref(guard_ref: str) -> bool:
    """Say whether a file belongs to a draft."""
    return guard_ref.startswith(_DRAFT)


def store_uploads(
    session: Session,
    store: FileStore,
    form: CompiledForm,
    rights: Rights,
    posted: Posted,
    entered: dict[str, list[str]],
    person_id: int,
) -> dict[str, str]:
    """Store new files, add their ids to what was entered; return what was refused, by field.

    A stored file stays the person's own until the form is sent in, so it survives a form that has
    to be corrected.
    """
    refused: dict[str, str] = {}
    for one in editable(form, rights):
        if one.widget.lookup != "file":
            continue
        ids = entered.setdefault(one.name, [])
        for upload in posted.files(new_control(one.name)):
            if len(ids) >= MAX_FILES:
                refused.setdefault(one.name, f"最多上传 {MAX_FILES} 个文件")
                break
            try:
                facts = store_file(
                    session,
                    store,
                    name=upload.name,
                    stream=upload.stream,
                    owner_id=person_id,
                    allowed=one.accept,
                    max_bytes=MAX_BYTES,
                )
            except FileRefused as error:
                refused.setdefault(one.name, error.text)
            else:
                ids.append(str(facts.id))
    return refused


def remove_file(entered: dict[str, list[str]], wanted: str) -> None:
    """Take a file out of what was entered; `wanted` is `field:id`, anything else does nothing."""
    name, _colon, file_id = wanted.partition(":")
    if name in entered:
        entered[name] = [one for one in entered[name] if one != file_id]


def file_ids(fields: Iterable[Field], values: Mapping[str, Any]) -> list[UUID]:
    """Return the ids of the files that values name."""
    found: dict[UUID, None] = {}
    for one in fields:
        listed = values.get(one.name) if one.widget.lookup == "file" else None
        for text in listed if isinstance(listed, list) else ():
            try:
                found[UUID(str(text))] = None
            except ValueError:
                continue
    return list(found)


def give_files(
    session: Session,
    fields: Collection[Field],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    guard_ref: str,
    owner_id: int,
) -> None:
    """Attach the files that came with a change, let go those that it took away.

    Raises FileRefused when one has vanished meanwhile.
    """
    old, new = set(file_ids(fields, before)), set(file_ids(fields, after))
    attach_files(session, sorted(new - old), GUARD, guard_ref, owner_id)
    if old - new:
        detach_files(session, sorted(old - new), GUARD, guard_ref)


def release_files(session: Session, ids: Collection[UUID], guard_ref: str) -> None:
    """Let files go from what they were attached to, so that they can be given to something else."""
    if ids:
        detach_files(session, ids, GUARD, guard_ref)
