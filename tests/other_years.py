"""Own companies whose plans start, end or count their years elsewhere than the shipped ones."""

import re
import shutil

from model import folders
from model.params.calendar import month_index, month_label

_VALUE = re.compile(r"(\s+value: )\{(.*)\}(.*)")


def moved(text, by, years, start, last, own_years):
    """A base.yaml whose dated values are `by` months later and those of years `years` later; what
    lies outside the plan, what is printed of calendar years, and decisions of them are left out."""
    lines, text = [], re.sub(r"^decision:\n(?: .*\n)+", "", text, flags=re.M)
    for line in text.splitlines():
        if found := _VALUE.match(line):
            kept = {}
            for item in found[2].split(","):
                time, amount = item.strip().split(": ")
                if "-" in time:
                    time = month_label(month_index(time) + by)
                    inside = start <= time <= last
                else:
                    time = str(int(time) + years)
                    inside = int(time) in own_years
                kept |= {time: amount} if inside else {}
            # What happens after the plan's end never happens in it.
            kept = kept or {start: 0}
            line = (f"{found[1]}{{{', '.join(f'{time}: {each}' for time, each in kept.items())}}}"
                    f"{found[3]}")
        lines += [] if line.strip().startswith("printed_for:") else [line]
    return "\n".join([*lines, ""])


def headed(text, **header):
    """A base.yaml with other keys in its header."""
    for key, value in header.items():
        text = re.sub(rf"^{key}: .*\n", "", text, flags=re.M)
        text = text.replace("as_of:", f"{key}: {value}\nas_of:", 1)
    return text


def own(folder, change, companies=("influencer", "mentorship", "subscription")):
    """A project in a folder: notebooks, and companies without scenarios of their own, whose
    base.yaml is the shipped one changed."""
    for name in ("notebooks", "params/budget"):
        shutil.copytree(folders.root() / name, folder / name)
    for company in companies:
        (folder / "params" / company / "scenarios").mkdir(parents=True)
        text = (folders.params() / company / "base.yaml").read_text(encoding="utf-8")
        (folder / "params" / company / "base.yaml").write_text(change(text), encoding="utf-8")
    return folder


def from_july(text):
    """Case (a): the plan half a year later, in years from July that are named after their end."""
    text = moved(text, 6, 1, "2026-07", "2031-06", range(2027, 2032))
    # April lies three months after December, October after June.
    text = re.sub(r"(payment_month:\n(?:.*\n){2}\s+value: )4\n", r"\g<1>10\n", text)
    return headed(text, start="2026-07", year_starts=7)


def shown_from_july(text):
    """Case (b): the same plan, of which reports show years from July."""
    return headed(text, report_years_from=7)


def eighteen_months(text):
    """A plan from July 2026 to December 2027, in calendar years."""
    text = moved(text, 6, 0, "2026-07", "2027-12", range(2026, 2028))
    return headed(text, start="2026-07", months=18)


def odd(text):
    """Thirty-one months from August, in years from April that are named after their start."""
    text = moved(text, 7, 0, "2026-08", "2029-02", range(2026, 2029))
    return headed(text, start="2026-08", months=31, year_starts=4, year_named="start")


def no_whole_year(text):
    """Twelve months of two calendar years."""
    text = moved(text, 9, 0, "2026-10", "2027-09", range(2026, 2028))
    return headed(text, start="2026-10", months=12)


ALL = (from_july, shown_from_july, eighteen_months, odd, no_whole_year)
