"""An installed wheel brings the migrations along."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_wheel_can_migrate(tmp_path: Path) -> None:
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", source / "src", ignore=ignored)
    shutil.copytree(ROOT / "alembic", source / "alembic", ignore=ignored)
    for name in ("setup.py", "pyproject.toml"):
        shutil.copy(ROOT / name, source)
    (source / "README.md").write_text("x")
    subprocess.run(
        [sys.executable, "setup.py", "-q", "bdist_wheel"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = (source / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    script = (
        "from tongban.db import make_engine, migrations\n"
        "from tongban.pluginhost.host import PluginHost\n"
        "from types import SimpleNamespace\n"
        "parts = SimpleNamespace(engine=make_engine('sqlite:///x.db'), host=PluginHost())\n"
        "print(migrations.environment_folder(), *migrations.upgrade_all(parts))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "installed"), "PATH": ""},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [
        str(tmp_path / "installed" / "tongban" / "_alembic"),
        "kernel_0001",
    ]
