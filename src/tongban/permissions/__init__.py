"""Roles, grants, scopes and the security policy."""
