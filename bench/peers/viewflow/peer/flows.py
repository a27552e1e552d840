"""fill → head approves → switch → office approves → dispatch, with viewflow's own views.

Either approval may be refused, as in Tongban; viewflow has a gateway for that, which for the head
is the switch itself.
"""

from django.contrib.auth.models import User
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow.views import CreateProcessView, UpdateProcessView

from peer.models import Trip

FILLED = [
    "unit", "scope", "destination", "leaves_on", "leaves_at", "returns_on", "boarding",
    "passengers", "leader", "reason", "phone",
]  # fmt: skip


def head_of(code: str) -> User:
    """Return who heads a unit."""
    return User.objects.get(headed__code=code)


class TripFlow(flow.Flow):
    """公务用车."""

    process_class = Trip

    start = flow.Start(CreateProcessView.as_view(fields=FILLED)).Next(this.head)
    head = (
        flow.View(UpdateProcessView.as_view(fields=["head_approved", "head_opinion"]))
        .Assign(lambda activation: head_of(activation.process.unit))
        .Next(this.scope)
    )
    scope = (
        flow.Switch()
        .Case(this.refused, lambda activation: not activation.process.head_approved)
        .Case(this.office, lambda activation: activation.process.passengers > 14)
        .Default(this.dispatch)
    )
    office = (
        flow.View(UpdateProcessView.as_view(fields=["office_approved", "office_opinion"]))
        .Assign(lambda activation: head_of("office"))
        .Next(this.agreed)
    )
    agreed = (
        flow.If(lambda activation: activation.process.office_approved)
        .Then(this.dispatch)
        .Else(this.refused)
    )
    dispatch = (
        flow.View(UpdateProcessView.as_view(fields=["plate", "driver"]))
        .Assign(lambda activation: head_of("garage"))
        .Next(this.end)
    )
    end = flow.End()
    refused = flow.End()
