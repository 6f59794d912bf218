"""Screens of the admin that Wagtail does not have: the record's own acts."""
