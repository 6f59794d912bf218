"""What readers see of their data."""
