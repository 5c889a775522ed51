"""How updates arrive: by long polling or by webhook, each handled once, those of one chat in order."""
