"""The demonstration firm: one module per room, called in order by the command `demonstration`."""
