"""The officer's screens for requests about personal data."""
