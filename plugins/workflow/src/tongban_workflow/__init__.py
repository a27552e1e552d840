"""Workflow: definitions of flows, the engine that runs cases, forms and the task centre's work."""
