"""Which flows answer a text, best first: an engine that flows fill and ask."""
