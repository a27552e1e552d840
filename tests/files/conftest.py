"""The store of the test's runtime, and the smallest files of each kind, made on the spot."""

from __future__ import annotations

import io
import zipfile

import pytest

from tongban.files.store import FileStore
from tongban.web.runtime import Runtime


class Samples:
    """Content of files."""

    PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 20
    JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 20
    PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    RAR = b"Rar!\x1a\x07\x01\x00" + b"\x00" * 20
    SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c" + b"\x00" * 26

    @staticmethod
    def zipped(*names: str) -> bytes:
        """A zip with these members."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(name, "<x/>")
        return out.getvalue()

    @classmethod
    def office(cls, folder: str, *more: str) -> bytes:
        """An Office Open XML package."""
        return cls.zipped("[Content_Types].xml", f"{folder}/document.xml", *more)

    @staticmethod
    def ole(stream: str) -> bytes:
        """The head of a compound file, and the name of one of its streams."""
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        return head + b"\x00" * 600 + stream.encode("utf-16-le")


@pytest.fixture
def make() -> type[Samples]:
    return Samples


@pytest.fixture
def files(runtime: Runtime) -> FileStore:
    return runtime.files
