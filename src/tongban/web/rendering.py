"""Wires templates, theme, assets and formats into Pyramid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongban.web.formats import Formats
from tongban.web.page import PageNames, page_constants, page_names
from tongban.web.templating import TemplateLoader, TemplateRenderer
from tongban.web.themes import load_theme

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.interfaces import IRendererInfo


def includeme(config: Configurator) -> None:
    """Register the `.pt` renderer and `request.page`."""
    registry = config.registry
    settings = registry["tongban.runtime"].settings
    theme = load_theme(settings["web.themes_dir"], settings["web.theme"])
    cache = settings["web.template_cache"]
    loader = TemplateLoader(
        theme,
        reload=settings["web.reload_templates"],
        cache=cache if cache.name else None,
    )
    registry["tongban.templates"] = loader
    registry["tongban.formats"] = Formats(settings["site.timezone"])
    loader.constants.update(page_constants(registry))

    def factory(info: IRendererInfo) -> TemplateRenderer:
        spec = info.name if ":" in info.name else f"{info.package.__name__}:{info.name}"
        return TemplateRenderer(spec, loader, page_names)

    config.add_renderer(".pt", factory)
    config.add_request_method(PageNames, "page", reify=True)
