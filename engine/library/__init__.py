"""What is published: the immutable bytes of diagrams and tables, by pack and version."""

from engine.library.articles import (
    Article,
    ArticleUnknown,
    CiteProblem,
    Regulation,
    Requirement,
    articles,
    check_cites,
    cites_in,
    find_article,
    get_article,
    regulations,
    requirements,
)
from engine.library.compliance import Cited, compliance
from engine.library.drafts import DraftMoved, DraftUnknown, get_draft, list_drafts, source_of_draft
from engine.library.english import find_english, in_english
from engine.library.packs import (
    HOUSE,
    RULES,
    WORKFLOWS,
    Pack,
    PackUnknown,
    get_pack,
    lineage,
    pack_for,
    packs,
    read_source,
    shipped_table,
    working_copies,
)
from engine.library.publishing import (
    AlreadyInForce,
    DefinitionUnknown,
    Pins,
    TwoPeopleNeeded,
    current_release,
    forget_pins,
    get_definition,
    in_force,
    list_definitions,
    list_sources,
    pinned,
    publish,
    source_from,
    sources_in_force,
    table_in_force,
)
from engine.library.source import Kind, Source, source_of

__all__ = [
    "HOUSE", "RULES", "WORKFLOWS", "AlreadyInForce", "Article", "ArticleUnknown", "CiteProblem", "Cited",
    "DefinitionUnknown", "DraftMoved", "DraftUnknown", "Kind", "Pack", "PackUnknown", "Pins", "Regulation",
    "Requirement", "Source", "TwoPeopleNeeded", "articles", "check_cites", "cites_in", "compliance",
    "current_release", "find_article", "find_english", "forget_pins", "get_article", "get_definition", "get_draft",
    "get_pack", "in_english", "in_force", "lineage", "list_definitions", "list_drafts", "list_sources", "pack_for",
    "packs", "pinned", "publish",
    "read_source", "regulations", "requirements", "source_from", "source_of", "source_of_draft",
    "sources_in_force", "shipped_table", "table_in_force", "working_copies",
]
