"""A company as a live-formula workbook: written from the month's trace, and read back."""
