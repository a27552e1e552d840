"""How items are sorted: themes 主题 and the stages of a life on campus 轨迹 (manual §3.2(9))."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """A topic of items."""

    key: str
    name: str


@dataclass(frozen=True)
class LifeStage:
    """A stage of a life on campus, of staff or of students."""

    key: str
    name: str
    kind: str


THEMES = (
    Theme("network", "网络与信息化"),
    Theme("office", "公文与会议"),
    Theme("people", "人事与师资"),
    Theme("logistics", "后勤保障"),
    Theme("asset", "资产与采购"),
    Theme("research", "科研服务"),
    Theme("teaching", "教学教务"),
    Theme("student", "学生事务"),
    Theme("life", "校园生活"),
    Theme("travel", "出行用车"),
)

LIFE_STAGES = (
    LifeStage("student-enter", "入学", "student"),
    LifeStage("student-campus", "在校学习", "student"),
    LifeStage("student-life", "校园生活", "student"),
    LifeStage("student-award", "奖助评优", "student"),
    LifeStage("student-practice", "实习就业", "student"),
    LifeStage("student-leave", "毕业离校", "student"),
    LifeStage("staff-enter", "入职", "staff"),
    LifeStage("staff-work", "日常办公", "staff"),
    LifeStage("staff-teach", "教学科研", "staff"),
    LifeStage("staff-move", "岗位变动", "staff"),
    LifeStage("staff-trip", "出差出国", "staff"),
    LifeStage("staff-leave", "离职退休", "staff"),
)

THEME_KEYS = frozenset(theme.key for theme in THEMES)
STAGE_KEYS = frozenset(stage.key for stage in LIFE_STAGES)
