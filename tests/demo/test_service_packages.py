"""The service packages of the demo campus follow the format and name what the campus has."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tongban.demo.campus import Campus, build_campus
from tongban.permissions.roles import BUILTIN_ROLES

FOLDER = Path(__file__).parents[2] / "plugins" / "services"
PACKAGES = sorted(path.name for path in FOLDER.iterdir() if (path / "service.toml").is_file())

THEMES = {
    "network", "office", "people", "logistics", "asset", "research", "teaching", "student",
    "life", "travel",
}  # fmt: skip
STAGES = {
    "student-enter", "student-campus", "student-life", "student-award", "student-practice",
    "student-leave", "staff-enter", "staff-work", "staff-teach", "staff-move", "staff-trip",
    "staff-leave",
}  # fmt: skip
WIDGETS = {
    "text", "paragraph", "number", "money", "date", "choice", "person", "unit", "phone", "file",
    "check",
}  # fmt: skip
PREFILLS = {f"person.{fact}" for fact in ("name", "number", "phone", "email", "unit", "grade")}
RIGHTS = {"hidden", "read", "edit", "required"}
FIELD_IN_EXPRESSION = re.compile(r"\bform\.(\w+)")

SAMPLES: Mapping[str, Any] = {
    "text": "示例文字内容，足够长，用来填写。" * 2,
    "uuid": "018f3f5e-7b1c-7c3a-9d59-0d1f6c1b2a3c",
}


class Package:
    """One package, read from its folder."""

    def __init__(self, name: str) -> None:
        self.folder = FOLDER / name
        self.manifest = tomllib.loads(self.text("service.toml"))
        self.form = json.loads(self.text("form.json"))
        self.flow = json.loads(self.text("flow.json"))
        self.guide = self.text("guide.md")

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def properties(self) -> dict[str, Any]:
        return dict(self.form["schema"]["properties"])

    @property
    def fields(self) -> list[dict[str, Any]]:
        return [item for item in self.form["layout"] if "field" in item]

    def blocks(self, blocks: list[Any] | None = None) -> Iterator[dict[str, Any]]:
        for block in self.flow["flow"] if blocks is None else blocks:
            yield block
            for branch in block.get("branches", ()):
                yield from self.blocks(branch["flow"])

    def rules(self) -> Iterator[dict[str, Any]]:
        for block in self.blocks():
            yield from block.get("who", ())


read = cache(Package)


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest) -> Package:
    return read(request.param)


@cache
def campus() -> Campus:
    return build_campus(2_000)


def test_there_are_services_of_at_least_five_departments() -> None:
    assert len(PACKAGES) >= 8
    assert len({read(name).manifest["unit"] for name in PACKAGES}) >= 5


def test_manifest(package: Package) -> None:
    manifest = package.manifest
    assert manifest["schema"] == 1
    assert manifest["id"] == package.folder.name
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", manifest["id"])
    assert 3 <= len(manifest["id"]) <= 40
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert 0 < len(manifest["summary"]) <= 60
    assert manifest["audience"]
    assert set(manifest["audience"]) <= {"staff", "student"}
    assert set(manifest["themes"]) <= THEMES
    assert set(manifest["stages"]) <= STAGES
    assert {stage.partition("-")[0] for stage in manifest["stages"]} == set(manifest["audience"])
    assert manifest["tone"] in {"brand", "bronze", "green", "red", "plum"}
    assert re.fullmatch(r"[A-Z]{1,6}", manifest["number_prefix"])
    assert manifest["online"] is True


def test_guide(package: Package) -> None:
    guide = package.manifest["guide"]
    for part in ("who", "fee", "place", "phone", "basis"):
        assert guide[part], part
    assert guide["duration_days"] > 0
    assert len(guide["steps"]) >= 3
    assert 15 <= len(package.guide.splitlines()) <= 40
    for material in guide.get("materials", ()):
        assert material["name"]
        assert isinstance(material["required"], bool)
        assert "file" not in material or (package.folder / material["file"]).is_file()
    for question in guide["faq"]:
        assert question["q"].endswith("？")
        assert question["a"].endswith("。")


def test_every_file_is_offered_as_a_material(package: Package) -> None:
    offered = {material.get("file") for material in package.manifest["guide"].get("materials", ())}
    shipped = {f"files/{path.name}" for path in package.folder.glob("files/*")}
    assert shipped <= offered


def test_texts_are_punctuated_as_the_house_does(package: Package) -> None:
    for text in (package.text("service.toml"), package.text("form.json"), package.guide):
        assert "！" not in text
        assert "“" not in text
        assert not re.search(r"[\u4e00-\u9fa5][,;:?!]", text)


def test_form_schema_compiles(package: Package) -> None:
    validator = jsonschema_rs.Draft202012Validator(package.form["schema"], validate_formats=True)
    assert not validator.is_valid({})
    assert not validator.is_valid({"nobody_asked": 1})


def test_form_accepts_what_it_asks_for(package: Package) -> None:
    schema = package.form["schema"]
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    values = {name: sample(schema["properties"][name]) for name in schema["required"]}
    assert [error.message for error in validator.iter_errors(values)] == []
    everything = {name: sample(spec) for name, spec in schema["properties"].items()}
    assert [error.message for error in validator.iter_errors(everything)] == []


def test_layout_and_schema_have_the_same_fields(package: Package) -> None:
    laid_out = [item["field"] for item in package.fields]
    assert len(laid_out) == len(set(laid_out))
    assert set(laid_out) == set(package.properties)
    assert set(package.form["schema"]["required"]) <= set(laid_out)
    assert package.form["schema"]["additionalProperties"] is False


def test_widgets_fit_their_schema(package: Package) -> None:
    types = {
        "number": {"integer", "number"},
        "money": {"number"},
        "file": {"array"},
        "check": {None},
        "choice": {"array", None},
    }
    for item in package.fields:
        spec = package.properties[item["field"]]
        assert item["widget"] in WIDGETS
        assert item["label"]
        assert spec.get("type") in types.get(item["widget"], {"string"}), item["field"]
        assert item.get("prefill") is None or item["prefill"] in PREFILLS
        assert item.get("span", "half") in {"half", "full"}


def test_choices_offer_exactly_what_the_schema_allows(package: Package) -> None:
    for item in package.fields:
        if item["widget"] == "choice":
            spec = package.properties[item["field"]]
            allowed = (spec["items"] if spec.get("type") == "array" else spec)["enum"]
            assert [value for value, _label in item["options"]] == allowed
            assert item["style"] in {"select", "radio", "checkbox"}
            assert (item["style"] == "checkbox") == (spec.get("type") == "array")


def test_conditions_and_the_title_name_fields(package: Package) -> None:
    texts = [item.get("show_if", "") for item in package.fields] + [package.form["title"]]
    for block in package.blocks():
        texts += [branch.get("if", "") for branch in block.get("branches", ())]
    for text in texts:
        assert set(FIELD_IN_EXPRESSION.findall(text)) <= set(package.properties), text


def test_fields_shown_on_a_condition_are_not_required(package: Package) -> None:
    for item in package.fields:
        if "show_if" in item:
            assert item["field"] not in package.form["schema"]["required"]


def test_flow_has_only_known_blocks(package: Package) -> None:
    identifiers = [block["id"] for block in package.blocks()]
    assert len(identifiers) == len(set(identifiers))
    for block in package.blocks():
        assert block["type"] in {"approve", "handle", "cc", "switch"}
        assert block["name"]
        assert set(block.get("fields", {}).values()) <= RIGHTS
        assert set(block.get("fields", {})) <= set(package.properties)
        if block["type"] in {"approve", "handle"}:
            assert re.fullmatch(r"pass|parent_head|admin|person:\w+", block["on_empty"])
        if block["type"] == "switch":
            *conditional, last = block["branches"]
            assert "if" not in last
            assert all(branch["if"] for branch in conditional)


def test_a_field_required_of_the_starter_can_be_filled_in_by_the_starter(package: Package) -> None:
    """A field that a step edits is read-only at the start unless the flow says otherwise."""
    rights = package.flow.get("fill", {}).get("fields", {})
    of_steps = {
        field
        for block in package.blocks()
        for field, right in block.get("fields", {}).items()
        if right in {"edit", "required"}
    }
    for field in package.form["schema"]["required"]:
        assert rights.get(field, "read" if field in of_steps else "edit") in {"edit", "required"}
    for field in of_steps - set(package.form["schema"]["required"]):
        assert rights.get(field, "read") in {"read", "hidden"}


def test_what_a_flow_names_exists_on_the_campus(package: Package) -> None:
    units = {unit.code for unit in campus().units}
    posts = {(position.unit, position.name) for position in campus().positions}
    roles = {role.key for role in campus().roles} | {role[0] for role in BUILTIN_ROLES}
    assert package.manifest["unit"] in units
    for rule in package.rules():
        unit = rule.get("unit", rule.get("of", "owner"))
        assert unit in {"owner", "starter"} | units
        if rule["rule"] == "position":
            assert (unit, rule["name"]) in posts
        if rule["rule"] == "role":
            assert rule["role"] in roles
        if rule["rule"] == "form_person":
            item = next(item for item in package.fields if item["field"] == rule["field"])
            assert item["widget"] == "person"


def test_roles_of_a_flow_are_held_where_they_are_asked_for(package: Package) -> None:
    held = {(grant.role, grant.unit) for grant in campus().grants}
    for rule in package.rules():
        if rule["rule"] == "role" and rule.get("unit") == "owner":
            assert (rule["role"], package.manifest["unit"]) in held


def test_related_posts_exist(package: Package) -> None:
    """校务清单: the posts named in the guide are posts of the department's sections."""
    names = {position.name for position in campus().positions}
    assert set(package.manifest["guide"]["posts"]) <= names


def test_the_packages_use_what_the_format_offers() -> None:
    packages = [read(name) for name in PACKAGES]
    rights = {
        right
        for package in packages
        for block in package.blocks()
        for right in block.get("fields", {}).values()
    }
    assert rights == {"hidden", "edit", "required"}
    assert {block["type"] for package in packages for block in package.blocks()} == {
        "approve", "handle", "cc", "switch",
    }  # fmt: skip
    assert {item["widget"] for package in packages for item in package.fields} == WIDGETS
    assert {tuple(package.manifest["audience"]) for package in packages} == {
        ("staff",), ("student",), ("staff", "student"),
    }  # fmt: skip
    assert len({package.manifest["number_prefix"] for package in packages}) == len(packages)


def sample(spec: Mapping[str, Any]) -> Any:
    """Return a value that somebody would fill in for a field."""
    if "enum" in spec:
        return spec["enum"][0]
    if "const" in spec:
        return spec["const"]
    if spec["type"] == "array":
        return [sample(spec["items"])]
    if spec["type"] in {"integer", "number"}:
        return spec["minimum"]
    if "pattern" in spec:
        return _matching(spec["pattern"])
    formats = {"date": "2026-09-14", "uuid": SAMPLES["uuid"], "email": "kyc@ayit.example"}
    if "format" in spec:
        return formats[spec["format"]]
    return SAMPLES["text"][: spec["maxLength"]]


def _matching(pattern: str) -> str:
    candidates = (
        "13900000000", "linzhiyuan", "08:30", "豫E12345", "2026-JX-014", "CG2026-018", "20260018",
    )  # fmt: skip
    return next(text for text in candidates if re.search(pattern, text))
