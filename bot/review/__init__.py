"""The review page: reviewing gaps in the browser, on the reviewer's own machine."""
