"""What people do with their data, and what the officer does for them."""
