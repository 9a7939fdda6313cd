"""Tags."""

META = {"title": "Tags", "breadcrumb_label": "Tags"}
