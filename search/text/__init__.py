"""Words for searching: folding, tokens, what a query asks for, and what is marked of it. Plain Python, no Django."""
