"""The HTTP server of a running bot: the webhook, health and metrics."""
