"""What a running process needs: the FAQ in use, loading and reloading it, the gap log's keys, stop signals."""
