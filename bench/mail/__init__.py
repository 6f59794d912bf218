"""Measuring and breaking the delivery engine: `python -m bench.mail budgets`, `python -m bench.mail faults`."""
