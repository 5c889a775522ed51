"""How updates come in: fetched or brought, each handled once, those of one chat in order."""
