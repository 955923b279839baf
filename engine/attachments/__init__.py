"""Photos and papers: rows here, bytes in object storage."""
