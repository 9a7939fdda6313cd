"""Rewrites that keep the meaning of an application: no finding may change."""
