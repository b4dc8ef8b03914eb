"""HTTP, as far as `uri` and `get_url` need it."""
