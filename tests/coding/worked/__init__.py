"""The worked set: documents coded by hand from the law, each with the rule that it shows."""
