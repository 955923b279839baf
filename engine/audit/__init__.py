"""Who did what, when, under which rule version; append-only and chained."""
