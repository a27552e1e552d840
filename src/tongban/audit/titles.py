"""What actions and outcomes are called on pages."""

from __future__ import annotations

FAMILIES = (
    ("account.", "登录与账号"),
    ("session.", "登录设备"),
    ("person.", "人员"),
    ("unit.", "组织机构"),
    ("position.", "岗位"),
    ("appointment.", "任职"),
    ("role.", "角色"),
    ("grant.", "授权"),
    ("plugin.", "插件"),
    ("package.", "服务包"),
    ("job.", "后台任务"),
    ("schedule.", "定时计划"),
    ("audit.", "操作日志"),
    ("demo.", "演示数据"),
)

ACTIONS = {
    "account.sign_in": "登录",
    "account.sign_out": "退出登录",
    "account.lock": "锁定账号",
    "account.throttle": "限制登录地址",
    "account.unlock": "解锁账号",
    "account.enable": "启用账号",
    "account.disable": "停用账号",
    "account.set_password": "设置密码",
    "session.end": "结束登录",
    "person.create": "新增人员",
    "person.edit": "修改人员",
    "person.left": "标记离校",
    "person.readmit": "恢复在校",
    "unit.add": "新增机构",
    "unit.edit": "修改机构",
    "unit.move": "调整上级机构",
    "unit.reorder": "调整机构顺序",
    "unit.close": "撤销机构",
    "unit.reopen": "恢复机构",
    "position.add": "新增岗位",
    "position.edit": "修改岗位",
    "position.remove": "删除岗位",
    "appointment.begin": "任职",
    "appointment.end": "免职",
    "role.create": "新建角色",
    "role.permissions": "调整角色权限",
    "grant.give": "授予角色",
    "grant.revoke": "收回角色",
    "plugin.enable": "启用插件",
    "plugin.disable": "停用插件",
    "plugin.purge": "清除插件数据",
    "package.install": "安装服务包",
    "package.retire": "停用服务包",
    "job.retry": "重试后台任务",
    "job.discard": "丢弃后台任务",
    "schedule.pause": "暂停定时计划",
    "schedule.resume": "恢复定时计划",
    "schedule.run": "立即执行定时计划",
    "audit.export": "导出操作日志",
    "demo.load": "载入演示数据",
    "demo.clear": "清除演示数据",
}

# Tone of the tag and its text.
OUTCOMES = {
    "done": ("ok", "成功"),
    "refused": ("warn", "被拒绝"),
    "failed": ("bad", "失败"),
}


def action_title(action: str) -> str:
    """Return what an action is called; an unknown one is shown by its name."""
    return ACTIONS.get(action, action)
