"""The preview page: entries as Telegram shows them, while an editor writes them, on the editor's own machine."""
