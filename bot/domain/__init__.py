"""The frozen value types that all packages share. Imports no other package of the bot."""
