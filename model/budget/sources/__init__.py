"""Files of booking, payment and learning systems, read as a programme's export by a map."""
