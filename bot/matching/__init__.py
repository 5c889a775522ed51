"""Which entries a message may mean: kernel ridge regression over text kernels, learned from the phrasings alone."""
