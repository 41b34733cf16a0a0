"""The readings of a company's texts: numbers, formulas, words, units, rules and cells."""
