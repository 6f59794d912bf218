"""The public pages of bulletins."""
