"""How often a job is interrupted, and what checkpoints and restarts cost it."""
