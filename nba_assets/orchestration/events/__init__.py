"""Raw-complete events: what a message says, where messages come from, and which runs follow from them."""
