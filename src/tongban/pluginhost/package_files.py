"""Reading service packages from folders and zips, and packing them.

What is read came from somebody: names may escape, links may point elsewhere, a zip may unpack to
more than it says. Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tongban.pluginhost.manifests import MANIFEST, Fault, is_clean
from tongban.pluginhost.packages import (
    FLOW,
    FORM,
    GUIDE,
    PackageRefused,
    ServicePackageContent,
    make_content,
)

MAX_ARCHIVE = 20 * 1024 * 1024
MAX_TOTAL = 30 * 1024 * 1024
MAX_FILES = 40

_MAX_BYTES = {MANIFEST: 64 * 1024, FORM: 512 * 1024, FLOW: 512 * 1024, GUIDE: 128 * 1024}
_MAX_TEMPLATE = 10 * 1024 * 1024
_LONGEST_NAME = 100
_SUFFIXES = frozenset(
    {
        "csv", "doc", "docx", "dps", "et", "jpeg", "jpg", "ofd", "pdf", "png", "ppt", "pptx",
        "txt", "wps", "xls", "xlsx", "zip",
    }
)  # fmt: skip
_JUNK = re.compile(r"(.*/)?(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini|\.git/.*)")
_CHINESE_OR_ASCII = re.compile(r"[\u0020-\u007e\u3000-\u303f\u4e00-\u9fff\uff00-\uffef—…·“”]+")
_UTF8_NAMES = 0x800
_ENCRYPTED = 0x1
# What zipfile raises for entries that it cannot make sense of.
_UNREADABLE = (
    NotImplementedError, RuntimeError, ValueError, IndexError, OverflowError, struct.error,
)  # fmt: skip
# Any fixed moment: an archive of the same files is the same bytes.
_MOMENT = (2020, 1, 1, 0, 0, 0)


def read_package(path: Path) -> ServicePackageContent:
    """Read and check a package from a folder or a zip. Raises PackageRefused, never OSError."""
    try:
        if path.is_dir():
            return make_content(_read_folder(path))
        if path.stat().st_size > MAX_ARCHIVE:
            raise PackageRefused([_too_large(path.name, MAX_ARCHIVE)])
        return read_archive(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "路径不能使用"
        raise PackageRefused([Fault(_place(path.name), f"无法读取：{reason}")]) from error


def read_archive(data: bytes) -> ServicePackageContent:
    """Read and check a package from the bytes of a zip. Raises PackageRefused."""
    if len(data) > MAX_ARCHIVE:
        raise PackageRefused([_too_large("服务包", MAX_ARCHIVE)])
    return make_content(_read_zip(data))


def pack(content: ServicePackageContent) -> bytes:
    """Return a package as a zip; the same package is always the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(content.files.items()):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.create_system = 3  # Unix, whatever this machine is
            archive.writestr(entry, data)
    return buffer.getvalue()


# --- a folder -------------------------------------------------------------------------------------


def _read_folder(folder: Path) -> dict[str, bytes]:
    collected = _Collected()
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        if _JUNK.fullmatch(name):
            continue
        limit = collected.check(name)
        if path.is_symlink() or not path.is_file():
            raise PackageRefused([Fault(_place(name), "只能是普通文件，不能是链接")])
        with path.open("rb") as stream:
            collected.add(name, stream.read(limit + 1))
    return collected.files


def _walk(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder and in its `files`; links are yielded, not followed."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if not _JUNK.fullmatch(f"{path.name}/"):
                yield from sorted(path.iterdir())
        else:
            yield path


# --- a zip ----------------------------------------------------------------------------------------


def _read_zip(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_entries(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError) as error:
        raise PackageRefused([Fault("服务包", "不是有效的 zip 文件，或已损坏")]) from error
    except _UNREADABLE as error:
        raise PackageRefused([Fault("服务包", "zip 的压缩方式不受支持，请重新打包")]) from error


def _read_entries(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [(_name_of(entry), entry) for entry in archive.infolist() if not entry.is_dir()]
    entries = [(name, entry) for name, entry in entries if not _JUNK.fullmatch(name)]
    top = _common_folder([name for name, _entry in entries])
    collected = _Collected()
    for full_name, entry in entries:
        name = full_name.removeprefix(top)
        if entry.flag_bits & _ENCRYPTED:
            raise PackageRefused([Fault(_place(name), "不能加密")])
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise PackageRefused([Fault(_place(name), "只能是普通文件，不能是链接")])
        limit = collected.check(name)
        with archive.open(entry) as stream:
            collected.add(name, stream.read(limit + 1))  # what the header says may be a lie
    return collected.files


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; Windows writes Chinese ones in its own encoding, unmarked."""
    name = entry.orig_filename
    if entry.flag_bits & _UTF8_NAMES or name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            decoded = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Some GBK, such as 通知, happens to be UTF-8 as well, though not of anything Chinese.
        if _CHINESE_OR_ASCII.fullmatch(decoded):
            return decoded
    return name


def _common_folder(names: list[str]) -> str:
    """Return the one folder that everything is in: people zip the folder, not what is in it."""
    top = f"{names[0].partition('/')[0]}/" if names else ""
    boxed = MANIFEST not in names and f"{top}{MANIFEST}" in names
    return top if boxed and all(name.startswith(top) for name in names) else ""


# --- both -----------------------------------------------------------------------------------------


class _Collected:
    """The files read so far, within the limits."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._total = 0

    def check(self, name: str) -> int:
        """Return how large a file may be. Raises PackageRefused for one that must not be there."""
        fault = _name_fault(name)
        if fault is not None:
            raise PackageRefused([fault])
        if name in self.files:
            raise PackageRefused([Fault(_place(name), "出现了两次")])
        if len(self.files) >= MAX_FILES:
            raise PackageRefused([Fault("服务包", f"文件过多，最多 {MAX_FILES} 个")])
        return _MAX_BYTES.get(name, _MAX_TEMPLATE)

    def add(self, name: str, data: bytes) -> None:
        """Keep a file. Raises PackageRefused when it, or all together, are too large."""
        limit = _MAX_BYTES.get(name, _MAX_TEMPLATE)
        if len(data) > limit:
            raise PackageRefused([_too_large(name, limit)])
        self._total += len(data)
        if self._total > MAX_TOTAL:
            raise PackageRefused([_too_large("服务包（解压后）", MAX_TOTAL)])
        self.files[name] = data


def _name_fault(name: str) -> Fault | None:
    if name in _MAX_BYTES:
        return None
    folder, _, file = name.partition("/")
    place = _place(name)
    if not is_clean(name) or len(name) > _LONGEST_NAME or "\\" in name or ":" in name:
        return Fault(place, "文件名过长或含有不能使用的字符")
    if folder != "files" or not file or "/" in file or file.startswith("."):
        known = "、".join(_MAX_BYTES)
        return Fault(place, f"不应在包里；只能有 {known} 和 files 文件夹里的文件")
    suffix = file.rpartition(".")[2].lower()
    if "." not in file or suffix not in _SUFFIXES:
        return Fault(place, f"不支持这种文件；可用 {'、'.join(sorted(_SUFFIXES))}")
    return None


def _too_large(name: str, limit: int) -> Fault:
    shown = f"{limit // 1024 // 1024} MB" if limit >= 1024 * 1024 else f"{limit // 1024} KB"
    return Fault(_place(name), f"过大，不能超过 {shown}")


def _place(name: str) -> str:
    return "".join(one if is_clean(one) else "?" for one in name)[:80] or "服务包"
