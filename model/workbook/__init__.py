"""A company as a live-formula workbook: written from its texts, and read back."""
