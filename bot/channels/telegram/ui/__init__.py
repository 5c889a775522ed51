"""How replies look in Telegram: HTML, keyboards, menus, and sending them to a chat."""
