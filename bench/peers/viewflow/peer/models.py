"""Units with their heads, and the trip that is applied for.

The form lives in the process's JSON column by viewflow's own `jsonstore`: one table, no join.
"""

from django.conf import settings
from django.db import models
from viewflow import jsonstore
from viewflow.workflow.models import Process


class Unit(models.Model):
    """A unit and who heads it."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="headed"
    )


class Trip(Process):
    """An application for an official car: the fields of Tongban's form."""

    unit = jsonstore.CharField(max_length=20)
    scope = jsonstore.CharField(max_length=20)
    destination = jsonstore.CharField(max_length=80)
    leaves_on = jsonstore.DateField()
    leaves_at = jsonstore.CharField(max_length=5)
    returns_on = jsonstore.DateField()
    boarding = jsonstore.CharField(max_length=60)
    passengers = jsonstore.IntegerField()
    leader = jsonstore.CharField(max_length=32)
    reason = jsonstore.TextField(max_length=300)
    phone = jsonstore.CharField(max_length=11)

    head_approved = jsonstore.BooleanField(default=False)
    head_opinion = jsonstore.CharField(max_length=500, blank=True)
    office_approved = jsonstore.BooleanField(default=False)
    office_opinion = jsonstore.CharField(max_length=500, blank=True)

    plate = jsonstore.CharField(max_length=10, blank=True)
    driver = jsonstore.CharField(max_length=32, blank=True)

    class Meta:
        proxy = True
