"""The values that all packages speak in. They import nothing of ours."""
