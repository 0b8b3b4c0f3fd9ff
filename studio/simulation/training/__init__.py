"""One training step: where its time goes, term by term, for many plans at once."""
