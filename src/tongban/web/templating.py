"""Chameleon templates: loading, macros that themes override one by one, the Pyramid renderer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chameleon import PageTemplateFile
from chameleon.loader import ModuleLoader

from tongban.web.themes import Theme, template_path

LAYOUT = "tongban.web:templates/layout.pt"
UI = "tongban.web:templates/ui.pt"
_PARTIALS = "tongban.web:templates/{}.pt"


class HouseTemplate(PageTemplateFile):
    """A template that knows the names which are the same for every page.

    They are built in rather than passed: each macro call copies every name that is passed. The
    class gives compiled templates a name of their own in the cache.
    """


class TemplateLoader:
    """Loads templates by asset spec, through the theme, once a process."""

    def __init__(self, theme: Theme | None, *, reload: bool, cache: Path | None = None) -> None:
        self.theme = theme
        self._modules = _module_loader(cache)
        self.constants: dict[str, Any] = {}
        self._reload = reload
        self._loaded: dict[Path, PageTemplateFile] = {}
        self._by_spec: dict[str, PageTemplateFile] = {}

    def load(self, spec: str) -> PageTemplateFile:
        """Return the template for an asset spec. Raises ValueError when there is no file."""
        template = self._by_spec.get(spec)
        if template is None:
            template = self._by_spec[spec] = self._load_file(template_path(spec, self.theme))
        return template

    def original(self, spec: str) -> PageTemplateFile:
        """Return the template that a theme's override replaces."""
        return self._load_file(template_path(spec, None))

    def _load_file(self, path: Path) -> PageTemplateFile:
        template = self._loaded.get(path)
        if template is None:
            # Unrestricted: Alpine's attributes (`x-on:click`) look like XML prefixes.
            template = HouseTemplate(
                str(path), auto_reload=self._reload, restricted_namespace=False
            )
            template.extra_builtins = self.constants
            if self._modules is not None:
                template.loader = self._modules
            self._loaded[path] = template
        return template


def _module_loader(folder: Path | None) -> ModuleLoader | None:
    """Keep compiled templates in a folder; it holds code, so it is its owner's alone."""
    if folder is None:
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ModuleLoader(str(folder))


class MacroSet(Mapping[str, Any]):
    """The macros of a template file; a theme may override some of them in a file of its own."""

    def __init__(self, loader: TemplateLoader, spec: str) -> None:
        self._loader = loader
        self._spec = spec

    def __getitem__(self, name: str) -> Any:
        try:
            return self._loader.load(self._spec).macros[name]
        except KeyError:
            return self._loader.original(self._spec).macros[name]

    def __iter__(self) -> Any:
        return iter(self._loader.original(self._spec).macros.names)

    def __len__(self) -> int:
        return len(self._loader.original(self._spec).macros.names)


class Partials(Mapping[str, Any]):
    """Whole templates of the layout used as macros: `partials['footer']` is `footer.pt`."""

    def __init__(self, loader: TemplateLoader) -> None:
        self._loader = loader

    def __getitem__(self, name: str) -> Any:
        return self._loader.load(_PARTIALS.format(name))

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


class TemplateRenderer:
    """Renders one template with the page's names and the view's values."""

    def __init__(self, spec: str, loader: TemplateLoader, names: Callable[[Any], Any]) -> None:
        self._spec = spec
        self._loader = loader
        self._names = names

    def __call__(self, value: Mapping[str, Any], system: Mapping[str, Any]) -> str:
        """Pyramid's renderer interface."""
        request = system["request"]
        if "text/html" not in (request.response.content_type or "text/html"):
            request.response.content_type = "text/html"
        return self.render(request, value)

    def render(self, request: Any, value: Mapping[str, Any]) -> str:
        """Return the markup."""
        template = self._loader.load(self._spec)
        names = self._names(request)
        return str(template(**{**names, "nav": None, "tab": None, **value}))
