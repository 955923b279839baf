"""Workbooks of people, posts, bodies, grids and matters: read, previewed, and applied whole or not at all."""
