"""How things look in Telegram: HTML, keyboards, menus, and putting them into a chat."""
