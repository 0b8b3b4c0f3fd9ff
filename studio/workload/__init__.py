"""AI models, operators, parallelism and request mixes; knows no hardware."""
