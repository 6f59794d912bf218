"""The text engine: clauses, numbering, import, comparison and export of policy texts.

Pure Python: nothing in this package imports Django, so it can be read, tested and timed alone.
"""
