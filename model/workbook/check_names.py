"""What the checks of a workbook are called."""

SHEET = "Checks"
# Codes and names, as on the pages; the first belongs to the workbook alone.
NAMES = {
    "W1": "What is typed is allowed, and the scenario is one of the list",
    "E1": "Assets are liabilities and equity",
    "E2": "Cash rolls forward, by two methods",
    "E3": "Balances and stocks roll forward",
    "E4": "Retained earnings change by net income",
    "E5": "Deferred revenue is what plans owe",
    "E6": "GMV is commission and mentor earnings",
    "E7": "No more is depreciated than was bought",
    "E8": "Segments add up to totals",
    "E9": "Statements agree with the workings, by month and by year",
    "E10": "Marketing buys what it pays for",
    "E12": "Tax losses are never below zero",
    "E13": "Every figure is a number",
    "E14": "Signs are as agreed",
}
