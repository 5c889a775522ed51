"""The review page: a reviewer's desk in the browser, on the reviewer's own machine."""
