"""Photos and papers: rows here, bytes in object storage."""

from engine.attachments.photos import (
    KINDS,
    PhotoInvalid,
    add_photo,
    attach,
    get_attachment,
    list_attachments,
    list_row_keys,
    sweep_orphans,
    sweep_strays,
)
from engine.attachments.storing import (
    AttachmentUnknown,
    StoreUnavailable,
    get,
    is_writable,
    list_keys,
    put,
    remove,
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
    "is_writable",
    "list_attachments",
    "list_keys",
    "list_row_keys",
    "put",
    "remove",
    "sweep_orphans",
    "sweep_strays",
    "use_folder",
    "use_url",
]
