"""The names that every template may use, computed once a request and only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog
from pyramid.csrf import get_csrf_token

from tongban.pluginhost.fragments import Fragment
from tongban.web import formats
from tongban.web.flashes import take_flashes
from tongban.web.menus import MenuItem
from tongban.web.templating import LAYOUT, UI, MacroSet, Partials, TemplateLoader

if TYPE_CHECKING:
    from pyramid.request import Request

    from tongban.permissions.services import Viewer
    from tongban.pluginhost.host import Answer

log = structlog.get_logger("tongban.web")

_MENU_HOOKS = (
    "tongban_main_menu",
    "tongban_rail",
    "tongban_tab_bar",
    "tongban_user_menu",
)
_QUIET = '<section class="card card-quiet"><p class="meta">{}</p></section>'
_SCHEMES = ("light", "dark")


class Markup(str):
    """Text that is markup already; Chameleon leaves it as it is."""

    def __html__(self) -> str:
        return self


@dataclass(frozen=True)
class MenuEntry:
    """A menu entry ready to be shown."""

    key: str
    text: str
    url: str
    icon: str
    count: int | None
    count_name: str
    count_label: str


@dataclass(frozen=True)
class Me:
    """The signed-in person as pages show them."""

    id: int
    name: str
    number: str
    kind: str
    unit_name: str
    title: str
    may_console: bool

    @property
    def avatar(self) -> str:
        """First character of the name."""
        return self.name[:1]


@dataclass(frozen=True)
class Site:
    """The school and its hall, from the settings."""

    name: str
    name_en: str
    hall_name: str
    seal: str
    phone: str
    place: str
    operator: str
    footer_links: tuple[tuple[str, str], ...] = ()


class Later:
    """A value worked out when a template first looks at it: many pages show no menus."""

    __slots__ = ("_compute", "_value")

    def __init__(self, compute: Callable[[], Any]) -> None:
        self._compute: Callable[[], Any] | None = compute
        self._value: Any = None

    def _now(self) -> Any:
        if self._compute is not None:
            self._value, self._compute = self._compute(), None
        return self._value

    def __bool__(self) -> bool:
        return bool(self._now())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now(), name)


class PageNames:
    """The names of a request's templates."""

    def __init__(self, request: Request) -> None:
        self._request = request
        registry = request.registry
        loader: TemplateLoader = registry["tongban.templates"]
        self._loader = loader
        self._assets = registry["tongban.assets"]

    def names(self) -> dict[str, Any]:
        """Return every name, those that cost something as `Later`."""
        return {
            "url": self._url,
            "can": self._can,
            "slot": self._slot,
            "me": self.me,
            "csrf_token": self.csrf_token,
            "scheme": self.scheme,
            "shell": self.shell,
            "counters_url": self.counters_url,
            "search_url": self.search_url,
            "request_id": self.request_id,
            "path": self._request.path,
            "flashes": Later(lambda: self.flashes),
            "main_nav": Later(lambda: self.main_nav),
            "rail_items": Later(lambda: self.rail_items),
            "tab_items": Later(lambda: self.tab_items),
            "user_menu": Later(lambda: self.user_menu),
            "bell": Later(lambda: self.bell),
            "console_nav": Later(lambda: self.console_nav),
        }

    # --- who and where ---

    @cached_property
    def viewer(self) -> Viewer | None:
        """The signed-in person with their permissions, or None."""
        try:
            viewer: Viewer | None = self._request.viewer
        except Exception:
            if getattr(self._request, "exception", None) is None:
                raise
            return None  # an error page must come out even when the database is away
        return viewer

    @cached_property
    def me(self) -> Me | None:
        """The signed-in person, or None."""
        viewer = self.viewer
        if viewer is None:
            return None
        return Me(
            id=viewer.person_id,
            name=viewer.name,
            number=viewer.number,
            kind=viewer.kind,
            unit_name=viewer.unit_name,
            title=viewer.title,
            may_console=viewer.allows("console.enter"),
        )

    @property
    def request_id(self) -> str:
        """The number that error pages show and the log repeats."""
        return str(getattr(self._request, "id", ""))

    @cached_property
    def csrf_token(self) -> str:
        """Token that every unsafe form carries; empty on a page that says what broke."""
        try:
            return str(get_csrf_token(self._request))
        except Exception:
            if getattr(self._request, "exception", None) is None:
                raise
            return ""

    @cached_property
    def flashes(self) -> list[tuple[str, str]]:
        """Messages left by the request before."""
        return take_flashes(self._request)

    @property
    def scheme(self) -> str | None:
        """Chosen colour scheme; None follows the system."""
        chosen = self._request.cookies.get("theme")
        return chosen if chosen in _SCHEMES else None

    @property
    def shell(self) -> str | None:
        """`dingtalk` inside its client, which draws the title bar itself."""
        return "dingtalk" if "DingTalk" in (self._request.user_agent or "") else None

    # --- menus ---

    @cached_property
    def _menu_answers(self) -> dict[str, list[Answer]]:
        viewer = self.viewer
        if viewer is None:
            return {}
        calls: dict[str, dict[str, Any]] = {hook: {"viewer": viewer} for hook in _MENU_HOOKS}
        calls["tongban_counters"] = {"viewer": viewer}
        return self._request.runtime.host.gather_all(calls, self._request.reader)  # type: ignore[no-any-return]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Numbers that plugins count for this person, by name."""
        return merged_counts(self._menu_answers.get("tongban_counters", ()))

    @cached_property
    def main_nav(self) -> list[MenuEntry]:
        """Main navigation."""
        return self._entries("tongban_main_menu")

    @cached_property
    def rail_items(self) -> list[MenuEntry]:
        """Right side bar."""
        return self._entries("tongban_rail")

    @cached_property
    def tab_items(self) -> list[MenuEntry]:
        """Bottom bar of phones."""
        return self._entries("tongban_tab_bar")

    @cached_property
    def user_menu(self) -> list[MenuEntry]:
        """Account menu: plugins' entries, then the kernel's."""
        return self._entries("tongban_user_menu", self._own_user_menu())

    def _own_user_menu(self) -> list[MenuItem]:
        own = [
            MenuItem("sessions", "登录与设备", "auth.sessions", icon="lock", order=800),
            MenuItem(
                "preferences", "提醒设置", "notifications.preferences", icon="bell", order=810
            ),
            MenuItem(
                "console",
                "统一管控平台",
                "console.overview",
                icon="settings",
                order=900,
                permission="console.enter",
            ),
        ]
        return [item for item in own if self._has_route(item.route)]

    @property
    def bell(self) -> MenuEntry | None:
        """The bell's entry: the first rail entry that counts messages."""
        return next((item for item in self.rail_items if item.count_name == "messages"), None)

    @property
    def counters_url(self) -> str | None:
        """Where pages poll the counters."""
        return None if self.viewer is None else self._url("tongban.counters")

    @property
    def search_url(self) -> str | None:
        """Where the search box of the top bar leads, if anything answers it."""
        return self._url("hall.search") if self._has_route("hall.search", enabled=True) else None

    @cached_property
    def console_nav(self) -> list[Any]:
        """Groups of the console's side navigation."""
        from tongban.console.navigation import console_navigation

        return console_navigation(self._request)

    def _entries(self, hook: str, own: Sequence[MenuItem] = ()) -> list[MenuEntry]:
        items = [("", item) for item in own]
        for answer in self._menu_answers.get(hook, ()):
            items.extend((answer.plugin.id, item) for item in answer.value or ())
        items.sort(key=lambda pair: pair[1].order)
        entries = [self._contained(hook, *pair) for pair in items if self._shows(pair[1])]
        return [entry for entry in entries if entry is not None]

    def _contained(self, hook: str, owner: str, item: MenuItem) -> MenuEntry | None:
        try:
            return self._entry(item)
        except Exception as error:  # such as a route that does not exist
            if not owner:
                raise
            self._request.runtime.host.failures.error(owner, hook, error)
            return None

    def _shows(self, item: MenuItem) -> bool:
        return not item.permission or self._can(item.permission)

    def _entry(self, item: MenuItem) -> MenuEntry:
        address = item.url or self._url(item.route, **item.params)
        return MenuEntry(
            key=item.key,
            text=item.text,
            url=address + item.fragment,
            icon=item.icon,
            count=self.counts.get(item.counter) if item.counter else None,
            count_name=item.counter,
            count_label="未读" if item.counter == "messages" else "待办",
        )

    # --- functions ---

    def _can(self, permission: str) -> bool:
        viewer = self.viewer
        return viewer is not None and viewer.allows(permission)

    def _url(self, route: str, _query: Any = None, **params: Any) -> str:
        return str(self._request.link(route, _query, **params))

    def _has_route(self, route: str, *, enabled: bool = False) -> bool:
        names: frozenset[str] = self._request.registry["tongban.route_names"]
        if route not in names:
            return False
        owner = route.partition(".")[0]
        host = self._request.runtime.host
        return not enabled or host.plugin(owner) is None or host.is_enabled(owner)

    def _slot(self, hook: str, **arguments: Any) -> Markup:
        """Render the fragments that plugins put into a slot, in order."""
        return Markup("".join(html for _fragment, html in self.fragments(hook, **arguments)))

    def fragments(self, hook: str, **arguments: Any) -> list[tuple[Fragment | None, str]]:
        """Return a slot's fragments with their markup; None for one that failed."""
        answers = self._request.runtime.host.gather(
            hook, self._request.reader, viewer=self.viewer, **arguments
        )
        found: list[tuple[Fragment | None, str]] = []
        for answer in answers:
            if answer.state != "done":
                found.append((None, quiet_notice(answer.plugin.title)))
            found.extend(
                (fragment, self._render(answer, hook, fragment)) for fragment in answer.value or ()
            )
        return sorted(found, key=lambda pair: pair[0].order if pair[0] else 999)

    def _render(self, answer: Answer, hook: str, fragment: Fragment) -> str:
        try:
            return render_fragment(self._request, fragment)
        except Exception as error:  # a plugin's template must not break the page
            self._request.runtime.host.failures.error(answer.plugin.id, hook, error)
            return quiet_notice(answer.plugin.title)


def merged_counts(answers: Sequence[Answer]) -> dict[str, int]:
    """Add up the counters of several plugins by name."""
    counts: dict[str, int] = {}
    for answer in answers:
        for name, number in (answer.value or {}).items():
            counts[name] = counts.get(name, 0) + int(number)
    return counts


def quiet_notice(title: str) -> str:
    """Return what stands where a plugin's fragment failed."""
    return _QUIET.format(escape(f"「{title}」暂时无法显示，稍后自动恢复。"))


def render_fragment(request: Request, fragment: Fragment) -> str:
    """Return a fragment's markup."""
    template = request.registry["tongban.templates"].load(fragment.template)
    return str(template(**{**page_names(request), **fragment.data}))


def page_names(request: Request) -> dict[str, Any]:
    """Return every name of the request's templates."""
    names: dict[str, Any] = request.page.names()
    return names


def page_constants(registry: Any) -> dict[str, Any]:
    """Return the names that are the same for every request."""
    settings = registry["tongban.runtime"].settings
    loader: TemplateLoader = registry["tongban.templates"]
    assets = registry["tongban.assets"]
    sprite = assets.url("icons.svg")

    def icon(name: str, classes: str = "") -> Markup:
        css = f"i {classes}" if classes else "i"
        return Markup(
            f'<svg class="{css}" aria-hidden="true"><use href="{sprite}#{escape(name)}"/></svg>'
        )

    return {
        "layout": MacroSet(loader, LAYOUT),
        "ui": MacroSet(loader, UI),
        "macros": partial(MacroSet, loader),
        "partials": Partials(loader),
        "template": loader.load,
        "icon": icon,
        "asset": assets.url,
        "has_asset": assets.has,
        "theme_color": loader.theme.color if loader.theme else "",
        "theme_css": loader.theme.css if loader.theme else "",
        "site": _site(settings),
        "fmt": registry["tongban.formats"],
        "mask_phone": formats.mask_phone,
        "mask_document": formats.mask_document,
        "mask_email": formats.mask_email,
        "query": urlencode,
    }


def _site(settings: Mapping[str, Any]) -> Site:
    names = ("name", "name_en", "hall_name", "seal", "phone", "place", "operator")
    return Site(**{name: settings[f"site.{name}"] for name in names})
