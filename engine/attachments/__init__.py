"""Photos and papers: rows here, bytes in object storage."""

from engine.attachments.photos import (
    KINDS,
    PhotoInvalid,
    add_photo,
    attach,
    get_attachment,
    list_attachments,
    sweep_orphans,
)
from engine.attachments.storing import (
    AttachmentUnknown,
    StoreUnavailable,
    get,
    list_keys,
    use_folder,
    use_url,
)

__all__ = [
    "KINDS",
    "AttachmentUnknown",
    "PhotoInvalid",
    "StoreUnavailable",
    "add_photo",
    "attach",
    "get",
    "get_attachment",
    "list_attachments",
    "list_keys",
    "sweep_orphans",
    "use_folder",
    "use_url",
]
