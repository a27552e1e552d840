"""The flow's own pages, below `/trip/`."""

from django.urls import path
from viewflow.workflow.flow import FlowViewset

from peer.flows import TripFlow

urlpatterns = [path("trip/", FlowViewset(TripFlow).urls)]
