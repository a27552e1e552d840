"""The only module of the kernel that a plugin imports."""

from __future__ import annotations

from tongban import clock
from tongban.audit.services import record
from tongban.auth.returning import safe_return_path
from tongban.console.pages import ConsolePage
from tongban.db import Base, after_commit, mark_changed
from tongban.db.behind import WriteBehind
from tongban.db.keyset import Keyset, Page
from tongban.db.paths import Under
from tongban.db.search import SearchIndex, escape_like
from tongban.db.types import BigInt, EncryptedText, IntPk, JsonData, UtcDateTime, uuid7
from tongban.files.services import FileFacts, FileRefused
from tongban.files.services import attach as attach_files
from tongban.files.services import detach as detach_files
from tongban.files.services import facts as file_facts
from tongban.files.services import store as store_file
from tongban.files.store import FileStore
from tongban.hookspecs import hookimpl
from tongban.notifications.services import notify
from tongban.orgs.heads import Leader, heads_of, nearest_heads
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.orgs.tree import read_tree, unit_options
from tongban.permissions.models import Grant, Role
from tongban.permissions.registry import SIGNED_IN, Permission
from tongban.permissions.scopes import scope_condition
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.fragments import Fragment
from tongban.pluginhost.generation import advance as advance_generation
from tongban.pluginhost.package_plugin import host_id as package_host_id
from tongban.pluginhost.packages import (
    Fault,
    PackageFacts,
    PackageRefused,
    ServicePackageContent,
)
from tongban.pluginhost.plugin import PluginInfo
from tongban.search.services import SearchGroup, search_all
from tongban.search.sources import SearchHit, SearchSource
from tongban.settings import Setting
from tongban.tasks import (
    BOX_TITLES,
    BOXES,
    Box,
    TaskFilter,
    TaskPage,
    TaskRow,
    TaskSource,
    Tone,
)
from tongban.users.finding import find_by_number, pick_people
from tongban.users.models import Person
from tongban.users.names import spell
from tongban.users.searching import PERSON_SEARCH
from tongban.web.forms import Form, choices, pairs, read_form, reject
from tongban.web.menus import MenuItem
from tongban.web.refusals import Conflict, FieldRefused, Forbidden, Gone, NotFoundHere, Refusal

__all__ = [
    "BOXES",
    "BOX_TITLES",
    "PERSON_SEARCH",
    "SIGNED_IN",
    "Appointment",
    "Base",
    "BigInt",
    "Box",
    "Conflict",
    "ConsolePage",
    "EncryptedText",
    "Fault",
    "FieldRefused",
    "FileFacts",
    "FileRefused",
    "FileStore",
    "Forbidden",
    "Form",
    "Fragment",
    "Gone",
    "Grant",
    "IntPk",
    "JsonData",
    "Keyset",
    "Leader",
    "MenuItem",
    "NotFoundHere",
    "OrgUnit",
    "PackageFacts",
    "PackageRefused",
    "Page",
    "Permission",
    "Person",
    "PluginInfo",
    "Position",
    "Refusal",
    "Role",
    "SearchGroup",
    "SearchHit",
    "SearchIndex",
    "SearchSource",
    "ServicePackageContent",
    "Setting",
    "TaskFilter",
    "TaskPage",
    "TaskRow",
    "TaskSource",
    "Tone",
    "Under",
    "UtcDateTime",
    "Viewer",
    "WriteBehind",
    "advance_generation",
    "after_commit",
    "attach_files",
    "choices",
    "clock",
    "detach_files",
    "escape_like",
    "file_facts",
    "find_by_number",
    "heads_of",
    "hookimpl",
    "mark_changed",
    "nearest_heads",
    "notify",
    "package_host_id",
    "pairs",
    "pick_people",
    "read_form",
    "read_tree",
    "record",
    "reject",
    "safe_return_path",
    "scope_condition",
    "search_all",
    "spell",
    "store_file",
    "unit_options",
    "uuid7",
]
