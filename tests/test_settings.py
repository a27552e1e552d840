"""Settings: an ini file, typed, overridden by the environment, with clear complaints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongban.settings import Setting, Settings, SettingsError, environment_name, read_settings


def write(folder: Path, text: str) -> Path:
    path = folder / "tongban.ini"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_gives_typed_values(tmp_path: Path) -> None:
    path = write(tmp_path, "[tongban]\nweb.port = 8000\nplugins =\n  workflow\n  hall\n")
    settings = read_settings(path, {})
    assert settings["web.port"] == 8000
    assert settings["plugins"] == ["workflow", "hall"]


def test_here_is_the_folder_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[tongban]\nfiles.folder = %(here)s/files\n")
    assert read_settings(path, {})["files.folder"] == tmp_path / "files"


def test_the_environment_wins(tmp_path: Path) -> None:
    path = write(tmp_path, "[tongban]\nweb.port = 8000\n")
    assert read_settings(path, {"TONGBAN_WEB_PORT": "9000"})["web.port"] == 9000


def test_keys_may_live_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "keys.ini").write_text("[tongban]\ncrypto.secret = abc\n", encoding="utf-8")
    path = write(tmp_path, "[tongban]\ncrypto.keys_file = %(here)s/keys.ini\n")
    assert read_settings(path, {})["crypto.secret"] == "abc"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[tongban]\nweb.port = many\n", "web.port: expected int, got 'many'"),
        ("[tongban]\nweb.https = perhaps\n", "web.https: expected bool"),
        ("[other]\na = b\n", r"has no section \[tongban\]"),
        ("no section", "File contains no section headers"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        read_settings(write(tmp_path, text), {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no settings file at"):
        read_settings(tmp_path / "none.ini", {})


def test_undeclared_names_are_listed_and_cannot_be_read(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, "[tongban]\nweb.prot = 1\n"), {})
    assert settings.unknown() == ["web.prot"]
    with pytest.raises(SettingsError, match="not declared"):
        settings["web.prot"]


def test_a_plugin_declares_its_own(tmp_path: Path) -> None:
    settings = Settings({"hall.tiles": "4"}, {})
    settings.declare([Setting("hall.tiles", "int", 8, "Tiles.")])
    assert settings["hall.tiles"] == 4
    with pytest.raises(SettingsError, match="declared twice"):
        settings.declare([Setting("hall.tiles", "int", 8, "Tiles.")])


def test_every_setting_has_its_own_variable() -> None:
    settings = Settings({}, {})
    variables = [environment_name(setting.name) for setting in settings.declared()]
    assert len(variables) == len(set(variables))
