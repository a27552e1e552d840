"""Jobs of notifications."""

from __future__ import annotations

from tongban.jobs.registry import JobKind
from tongban.notifications.delivering import deliver
from tongban.notifications.services import DELIVER

JOBS = (JobKind(DELIVER, deliver, title="发送提醒"),)
