"""An FAQ bot for questions about migration: a sourced answer, a choice, help, or an honest "I don't know"."""
