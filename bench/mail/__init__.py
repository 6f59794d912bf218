"""Measuring and breaking the delivery engine: `python -m bench.mail speed`, `python -m bench.mail faults`."""
