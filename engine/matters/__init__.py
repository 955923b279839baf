"""The catalogue of matters (事项清单): what may enter a grid, with which limits, until when."""

from engine.matters.catalogue import CatalogueInvalid, MatterRow, load_catalogue, parse_catalogue
from engine.matters.guessing import Guess, guess
from engine.matters.listing import MatterUnknown, get_admitted, guess_matter, list_admitted, load_list

__all__ = [
    "CatalogueInvalid",
    "Guess",
    "MatterRow",
    "MatterUnknown",
    "get_admitted",
    "guess",
    "guess_matter",
    "list_admitted",
    "load_catalogue",
    "load_list",
    "parse_catalogue",
]
