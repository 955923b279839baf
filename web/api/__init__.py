"""The JSON face, under /api/v1."""
