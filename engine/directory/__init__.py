"""Divisions, grids, organisations, people and posts: who may act where."""
