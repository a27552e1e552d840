"""Packaging: everything is declared in pyproject.toml but the copy of the migrations."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithMigrations(build_py):
    """Puts `alembic/` into the package, so that an installed wheel can migrate too."""

    def run(self):
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "tongban" / "_alembic"
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree("alembic", target, dirs_exist_ok=True, ignore=ignored)


setup(cmdclass={"build_py": BuildWithMigrations})
