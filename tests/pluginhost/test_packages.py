"""Service packages: what is read, what is refused and with which words."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pluginhost.packages import FLOW, MANIFEST, sound_files, unpacked, zipped
from tongban.pluginhost.package_files import pack, read_archive, read_package
from tongban.pluginhost.packages import PackageRefused, ServicePackageContent, make_content

SERVICES = Path(__file__).parents[2] / "plugins" / "services"


def refused(files: dict[str, bytes]) -> list[str]:
    with pytest.raises(PackageRefused) as caught:
        make_content(files)
    return [str(fault) for fault in caught.value.faults]


def test_a_sound_package() -> None:
    content = make_content(sound_files())
    facts = content.facts
    assert (facts.id, facts.version, facts.unit_code) == ("room-booking", "1.0.0", "xzbgs")
    assert (facts.audience, facts.online, facts.tone) == (("staff",), True, "bronze")
    assert content.form == {"schema": {"type": "object", "properties": {}}, "layout": []}
    assert content.flow == {"schema": 1, "flow": []}
    assert content.guide.startswith("## 适用范围")
    assert content.text("files/none.docx") is None
    assert content.manifest["guide"]["faq"][0]["q"] == "可以改期吗？"


def test_folder_zip_and_zip_of_the_folder_are_the_same_package(tmp_path: Path) -> None:
    files = sound_files()
    from_folder = read_package(unpacked(files, tmp_path / "room-booking"))
    (tmp_path / "a.zip").write_bytes(zipped(files))
    (tmp_path / "b.zip").write_bytes(zipped(files, folder="会议室预约/"))
    assert from_folder == read_package(tmp_path / "a.zip") == read_package(tmp_path / "b.zip")
    assert read_archive(pack(from_folder)) == from_folder
    assert pack(from_folder) == pack(read_package(tmp_path / "b.zip"))


def test_what_systems_leave_behind_is_overlooked(tmp_path: Path) -> None:
    litter = {".DS_Store": b"x", "files/Thumbs.db": b"x", "__MACOSX/._form.json": b"x"}
    clean = make_content(sound_files())
    assert read_archive(zipped({**sound_files(), **litter})) == clean
    assert read_package(unpacked({**sound_files(), **litter}, tmp_path)) == clean


@pytest.mark.parametrize("folder", sorted(SERVICES.iterdir()), ids=lambda path: path.name)
def test_every_package_of_the_demo_is_sound(folder: Path) -> None:
    content = read_package(folder)
    assert content.facts.id == folder.name
    assert read_archive(pack(content)) == content


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('id = "room-booking"', 'id = "Room"', "id：应由小写字母"),
        ('id = "room-booking"', 'id = "ab"', "id：长度应为 3 至 40 个字符"),
        ('id = "room-booking"', "", "id：必须填写"),
        ('version = "1.0.0"', 'version = "1.0"', "version：应写作三段数字"),
        ('version = "1.0.0"', 'version = "01.0.0"', "version：应写作三段数字"),
        ('version = "1.0.0"', "version = 1.0", "version：应为文字，请加引号"),
        ('name = "会议室预约"', 'name = "  "', "name：不能为空"),
        ('name = "会议室预约"', f'name = "{"长" * 61}"', "name：不能超过 60 字，现有 61 字"),
        ('name = "会议室预约"', 'name = "a\\u0000b"', "name：含有不能使用的控制字符"),
        ('audience = ["staff"]', "audience = []", "audience：应有 1 至 2 项，现有 0 项"),
        ('audience = ["staff"]', 'audience = ["guest"]', "第 1 项只能是 staff、student 之一"),
        ('audience = ["staff"]', 'audience = ["staff", "staff"]', "audience：有重复的项"),
        ('audience = ["staff"]', 'audience = "staff"', "audience：应为列表"),
        ('tone = "bronze"', 'tone = "pink"', "tone：只能是 brand、bronze"),
        ('number_prefix = "HY"', 'number_prefix = "hy"', "number_prefix：应为 1 至 6 个大写字母"),
        ('number_prefix = "HY"', "", "number_prefix：网上办理的事项必须填写编号前缀"),
        ('icon = "calendar"', 'icons = "calendar"', "icons：没有这个项目，请检查拼写或删除"),
        ("schema = 1", "schema = 2", "schema：只支持格式版本 1"),
        ("schema = 1", "schema = true", "schema：只支持格式版本 1"),
        ("duration_days = 1", "duration_days = 1.5", "guide.duration_days：应为 0 至 366 的整数"),
        ("required = false", 'required = "no"', "guide.materials 第 1 项.required：只能是 true"),
        ('file = "files/notice.docx"', 'file = "files/x.pdf"', "包里没有文件 files/x.pdf"),
        ('file = "files/notice.docx"', 'file = "../x.pdf"', "应写作 files/文件名"),
        ('a = "可以。"', "", "guide.faq 第 1 项.a：必须填写"),
        ("[guide]", "[[guide]]", "guide：应为表"),
        ("schema = 1", "schema = ", "service.toml：不是有效的 TOML"),
        ("schema = 1", "schema = 1\nx = 2026-01-01", "x：没有这个项目"),
    ],
)
def test_faults_of_the_manifest(old: str, new: str, fault: str) -> None:
    assert old in MANIFEST
    files = sound_files(service__toml=MANIFEST.replace(old, new, 1))
    assert any(fault in one for one in refused(files)), refused(files)


def test_all_faults_are_told_at_once() -> None:
    manifest = MANIFEST.replace('"bronze"', '"pink"').replace('"1.0.0"', '"1"')
    faults = refused(sound_files(service__toml=manifest, flow__json="[]", guide__md=None))
    assert len(faults) == 4


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]", "最外层应为对象"),
        ("{", "不是有效的 JSON"),
        ('{"a": 1, "a": 2}', "重名的项目"),
        ('{"a": NaN}', "不能使用 NaN"),
        ('{"a": 1e999}', "数字过大"),
        ('{"a": ' + "9" * 20 + "}", "数字过大"),
        ('{"a": ' + "9" * 5000 + "}", "不是有效的 JSON"),
        ('{"a": "\\u0000"}', "不能使用的控制字符"),
        ('{"a": "\\ud800"}', "不能使用的控制字符"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "嵌套超过 40 层"),
        ('{"a": ' + "[" * 100_000 + "}", "不是有效的 JSON"),
    ],
)
def test_faults_of_form_and_flow(text: str, fault: str) -> None:
    assert fault in refused(sound_files(form__json=text))[0]
    assert fault in refused(sound_files(flow__json=text))[0]


def test_texts_are_utf8_with_or_without_a_mark() -> None:
    make_content(sound_files(guide__md=b"\xef\xbb\xbf" + "指南".encode()))
    gbk = "指南".encode("gbk")
    for name in ("service__toml", "form__json", "guide__md"):
        assert "应为 UTF-8" in refused(sound_files(**{name: gbk}))[0]


def test_an_item_that_is_not_handled_online_has_no_form() -> None:
    manifest = MANIFEST.replace('number_prefix = "HY"', "online = false")
    faults = refused(sound_files(service__toml=manifest))
    assert [one for one in faults if "不网上办理的事项不应有这个文件" in one] == faults
    content = make_content(sound_files(service__toml=manifest, form__json=None, flow__json=None))
    assert content.form is None
    assert not content.facts.online


@pytest.mark.parametrize("missing", ["service__toml", "form__json", "flow__json", "guide__md"])
def test_files_that_must_be_there(missing: str) -> None:
    assert "包里没有这个文件" in refused(sound_files(**{missing: None}))[0]


def zip_refused(data: bytes) -> str:
    with pytest.raises(PackageRefused) as caught:
        read_archive(data)
    return str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.pdf", "/etc/passwd", "files/../../evil.pdf", "files/a/b.pdf", "C:\\evil.pdf",
        "files\\evil.pdf", "files/evil.exe", "files/.hidden.pdf", "files/none", "notes.txt",
        "files/a\x01.pdf", "files/" + "长" * 100 + ".pdf", "FORM.JSON", "form.json/x",
    ],
)  # fmt: skip
def test_names_that_escape_or_do_not_belong(name: str, tmp_path: Path) -> None:
    assert zip_refused(zipped({**sound_files(), name: b"x"}))
    assert not list(tmp_path.iterdir())


def test_links_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO(zipped(sound_files(form__json=None)))
    with zipfile.ZipFile(buffer, "a") as archive:
        entry = zipfile.ZipInfo("form.json")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert "不能是链接" in zip_refused(buffer.getvalue())

    folder = unpacked(sound_files(form__json=None), tmp_path / "package")
    (folder / "form.json").symlink_to("/etc/passwd")
    with pytest.raises(PackageRefused, match="不能是链接"):
        read_package(folder)
    (folder / "form.json").unlink()
    (tmp_path / "else").mkdir()
    (folder / "files" / "a.pdf").symlink_to(tmp_path / "else")
    with pytest.raises(PackageRefused, match="不能是链接"):
        read_package(folder)


def test_a_zip_that_unpacks_to_too_much() -> None:
    bomb = zipped(sound_files() | {"files/a.txt": b"\0" * (11 * 1024 * 1024)})
    assert len(bomb) < 100_000
    assert "过大，不能超过 10 MB" in zip_refused(bomb)
    many = {f"files/{number}.txt": b"\0" * (9 * 1024 * 1024) for number in range(4)}
    assert "解压后" in zip_refused(zipped(sound_files() | many))
    assert "文件过多" in zip_refused(zipped({f"files/{n}.txt": b"" for n in range(60)}))
    assert "不能超过 512 KB" in zip_refused(zipped(sound_files(form__json=" " * 600_000)))


def test_a_zip_whose_header_lies_about_the_size() -> None:
    data = bytearray(zipped(sound_files() | {"files/a.txt": b"\0" * (11 * 1024 * 1024)}))
    size = (11 * 1024 * 1024).to_bytes(4, "little")
    data = bytearray(bytes(data).replace(size, (10).to_bytes(4, "little")))
    assert zip_refused(bytes(data))


def test_the_same_name_twice() -> None:
    buffer = io.BytesIO(zipped(sound_files()))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("form.json", "{}")
    assert "出现了两次" in zip_refused(buffer.getvalue())


def test_encrypted_entries() -> None:
    data = bytearray(zipped(sound_files()))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = data.find(signature)
        data[position + offset] |= 1
    assert "不能加密" in zip_refused(bytes(data))


def test_chinese_names_from_windows() -> None:
    files = sound_files(service__toml=MANIFEST.replace("files/notice.docx", "files/通知.docx"))
    files["files/通知.docx"] = files.pop("files/notice.docx")
    data = zipped(files)
    utf8, gbk = "files/通知.docx".encode(), "files/通知.docx".encode("gbk")
    assert len(utf8) != len(gbk)
    content = read_archive(_renamed(files, gbk))
    assert content == read_archive(data)


def _renamed(files: dict[str, bytes], raw: bytes) -> bytes:
    """Return a zip whose Chinese name is stored in `raw`, unmarked, as Windows Explorer does."""
    plain = {name if name.isascii() else "files/" + "x" * (len(raw) - 6): data
             for name, data in files.items()}  # fmt: skip
    stand_in = next(name for name in plain if "xx" in name).encode()
    return zipped(plain).replace(stand_in, raw)


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    (tmp_path / "not.zip").write_bytes(b"hello")
    for path in (tmp_path / "none", tmp_path / "not.zip", tmp_path / ("x" * 300), tmp_path):
        with pytest.raises(PackageRefused):
            read_package(path)


# --- whatever comes ------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PLAIN_FILES = st.dictionaries(
    st.sampled_from(["service.toml", "form.json", "flow.json", "guide.md", "files/a.pdf", "x"])
    | st.text(max_size=20),
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    max_size=6,
)


def attempt(data: bytes) -> ServicePackageContent | None:
    """Read a zip; whatever it holds, the only thing raised is a refusal that says why."""
    try:
        return read_archive(data)
    except PackageRefused as refused:
        if not refused.faults or not all(one.place and one.message for one in refused.faults):
            raise AssertionError("a refusal without a reason") from refused
        str(refused).encode()
        return None


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert attempt(data) is None


@given(position=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 3000))
def test_a_damaged_zip_is_read_or_refused(position: int, byte: int, cut: int) -> None:
    data = bytearray(zipped(sound_files()))
    data[position % len(data)] = byte
    attempt(bytes(data))
    attempt(bytes(data[: len(data) - cut % len(data)]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(files=PLAIN_FILES)
def test_any_files_are_read_or_refused_and_nothing_is_written(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            try:
                archive.writestr(name, data)
            except (UnicodeEncodeError, ValueError, IndexError):
                continue
    attempt(buffer.getvalue())
    assert not list(tmp_path.iterdir())


@given(value=VALUES)
def test_any_json_is_read_or_refused(value: Any) -> None:
    for name in ("form__json", "flow__json"):
        text = json.dumps(value).encode()
        content = attempt(zipped(sound_files(**{name: text})))
        if content is not None:
            json.dumps(content.form, allow_nan=False).encode()


@given(key=st.sampled_from(["id", "version", "name", "unit", "audience", "guide", "online"]),
       value=VALUES)  # fmt: skip
def test_any_value_of_the_manifest_is_taken_or_refused(key: str, value: Any) -> None:
    import tomli_w

    try:
        text = tomli_w.dumps({key: value})
    except (TypeError, ValueError, UnicodeEncodeError, AttributeError):
        return
    lines = [line for line in MANIFEST.splitlines() if not line.startswith(f"{key} =")]
    manifest = "\n".join([text, *lines] if key != "guide" else [*lines[:14], text])
    attempt(zipped(sound_files(service__toml=manifest.encode("utf-8", "replace"))))


def test_flow_of_the_sound_package_is_what_the_tests_think() -> None:
    assert json.loads(FLOW)["flow"] == []
