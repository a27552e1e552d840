"""A small Django project with the flow of the demo campus's 公务用车 in viewflow's words."""
