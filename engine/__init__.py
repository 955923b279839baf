"""The work of grid-based community governance: cases, deadlines, jurisdictions. Has never heard of HTTP."""
