"""From YAML files to an FAQ: reading, the content check, and edits by added lines."""
