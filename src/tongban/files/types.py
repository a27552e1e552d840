"""Kinds of files, told by their content. Extension and content must agree.

A browser or a desktop opens a file by its extension, a scanner looks at its content: a file whose
two differ is refused. So is whatever a browser would run (HTML, SVG, XML) and every program.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

_HEAD_BYTES = 4_096
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_BLOCK = 1 << 20

_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
)
_MARKUP = re.compile(
    rb"<\s*(!doctype\s+html|html|head|body|script|svg|iframe|\?xml|!doctype\s+svg)\b|<\?xml",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, and the test of its content (head of the file, file)."""

    content_type: str
    matches: Callable[[bytes, BinaryIO], bool]


def content_fault(extension: str, stream: BinaryIO) -> str | None:
    """Return why the content may not be kept under this extension, in Chinese, or None."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    if not head:
        return "文件是空的，请选择有内容的文件。"
    if head.startswith(_PROGRAMS):
        return "不能上传可执行程序。"
    if _looks_like_markup(head):
        return "不能上传网页、SVG 或 XML 文件。"
    kind = KINDS.get(extension)
    if kind is None:
        return f"不支持 .{extension} 文件。" if extension else "文件名缺少扩展名。"
    if not kind.matches(head, stream):
        return f"文件内容与扩展名 .{extension} 不符，请确认文件没有损坏或改过名。"
    return None


def content_type_of(extension: str) -> str:
    """Return the media type served for an extension."""
    kind = KINDS.get(extension)
    return kind.content_type if kind is not None else "application/octet-stream"


def _looks_like_markup(head: bytes) -> bool:
    for encoding in ("utf-16-le", "utf-16-be") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ():
        head = head[2:].decode(encoding, "ignore").encode()
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"<") and _MARKUP.search(text[:1_024]) is not None


# --- tests of content ---------------------------------------------------------------------------


def _starts(*signatures: bytes) -> Callable[[bytes, BinaryIO], bool]:
    return lambda head, _stream: head.startswith(signatures)


def _webp(head: bytes, _stream: BinaryIO) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _ole(*streams: str) -> Callable[[bytes, BinaryIO], bool]:
    """An OLE compound file with one of these streams ([MS-CFB] 2.6.1: names are UTF-16LE)."""
    names = tuple(name.encode("utf-16-le") for name in streams)

    def matches(head: bytes, stream: BinaryIO) -> bool:
        return head.startswith(_OLE_MAGIC) and _contains(stream, names)

    return matches


def _contains(stream: BinaryIO, needles: Iterable[bytes]) -> bool:
    needles = tuple(needles)
    overlap = max(map(len, needles)) - 1
    stream.seek(0)
    before = b""
    while block := stream.read(_BLOCK):
        window = before + block
        if any(needle in window for needle in needles):
            return True
        before = window[-overlap:]
    return False


def _zip_members(head: bytes, stream: BinaryIO) -> frozenset[str] | None:
    if not head.startswith(_ZIP_MAGIC):
        return None
    try:
        with zipfile.ZipFile(stream) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return None


def _zip(head: bytes, stream: BinaryIO) -> bool:
    return _zip_members(head, stream) is not None


def _ooxml(folder: str) -> Callable[[bytes, BinaryIO], bool]:
    """An Office Open XML package (ECMA-376 part 2) with this main folder and no macros."""

    def matches(head: bytes, stream: BinaryIO) -> bool:
        members = _zip_members(head, stream)
        if members is None or "[Content_Types].xml" not in members:
            return False
        has_macros = any(name.lower().endswith("vbaproject.bin") for name in members)
        return not has_macros and any(name.startswith(f"{folder}/") for name in members)

    return matches


def _ofd(head: bytes, stream: BinaryIO) -> bool:
    """An OFD document (GB/T 33190-2016): a zip with `OFD.xml` at its root."""
    members = _zip_members(head, stream)
    return members is not None and "OFD.xml" in members


def _text(head: bytes, stream: BinaryIO) -> bool:
    """Plain text in UTF-8 or GB 18030, without control characters that text never has."""
    stream.seek(0)
    sample = stream.read(_BLOCK)
    if b"\x00" in sample:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            sample.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(sample) - 4:  # a character cut by the end of the sample
                return True
            continue
        return True
    return False


def _known_to_puremagic(extension: str) -> Callable[[bytes, BinaryIO], bool]:
    def matches(head: bytes, _stream: BinaryIO) -> bool:
        try:
            found = puremagic.magic_string(head)
        except puremagic.PureError:
            return False
        return any(match.extension.lstrip(".") == extension for match in found)

    return matches


_OFFICE = "application/vnd.openxmlformats-officedocument."

KINDS: dict[str, Kind] = {
    "jpg": Kind("image/jpeg", _starts(b"\xff\xd8\xff")),
    "jpeg": Kind("image/jpeg", _starts(b"\xff\xd8\xff")),
    "png": Kind("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    "gif": Kind("image/gif", _starts(b"GIF87a", b"GIF89a")),
    "webp": Kind("image/webp", _webp),
    "pdf": Kind("application/pdf", _starts(b"%PDF-")),
    "ofd": Kind("application/ofd", _ofd),
    "doc": Kind("application/msword", _ole("WordDocument")),
    "wps": Kind("application/vnd.ms-works", _ole("WordDocument")),
    "xls": Kind("application/vnd.ms-excel", _ole("Workbook", "Book")),
    "et": Kind("application/vnd.ms-excel", _ole("Workbook", "Book")),
    "ppt": Kind("application/vnd.ms-powerpoint", _ole("PowerPoint Document")),
    "dps": Kind("application/vnd.ms-powerpoint", _ole("PowerPoint Document")),
    "docx": Kind(f"{_OFFICE}wordprocessingml.document", _ooxml("word")),
    "xlsx": Kind(f"{_OFFICE}spreadsheetml.sheet", _ooxml("xl")),
    "pptx": Kind(f"{_OFFICE}presentationml.presentation", _ooxml("ppt")),
    "zip": Kind("application/zip", _zip),
    "rar": Kind("application/vnd.rar", _starts(b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00")),
    "7z": Kind("application/x-7z-compressed", _starts(b"7z\xbc\xaf\x27\x1c")),
    "txt": Kind("text/plain; charset=utf-8", _text),
    "csv": Kind("text/csv; charset=utf-8", _text),
    "mp3": Kind("audio/mpeg", _known_to_puremagic("mp3")),
    "mp4": Kind("video/mp4", _known_to_puremagic("mp4")),
}

DOCUMENTS = ("doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "ofd", "wps", "et", "dps", "txt")
IMAGES = ("jpg", "jpeg", "png", "gif", "webp")
ARCHIVES = ("zip", "rar", "7z")

# Shown inside the page or a tab; everything else is saved.
INLINE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"})
