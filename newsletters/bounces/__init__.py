"""Mail about our mail: what came back, who complained, and what either says."""
