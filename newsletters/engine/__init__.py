"""Sending: claims, leases, limits and the worker that `send_bulletins` runs."""
