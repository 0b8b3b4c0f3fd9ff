"""Roll-up: what the drawn parts and links add up to, every sum with its terms."""
