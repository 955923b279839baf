"""One table of recurring work: name, cadence, function."""
