"""Inventories of all kinds: which hosts and groups there are, and what their variables are."""
