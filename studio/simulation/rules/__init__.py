"""Design rules: each a function from a fabric to findings; a new rule is a new row in the table."""
