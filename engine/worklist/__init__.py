"""Human tasks: offer, claim, release, complete; their deadlines and measures."""
