"""The reference's way, as `spec/` describes it: a date at a time, a pool of threads over dates, a loop over players.

Two of the ten tables, one module each; `over_dates.py` runs them, `agreement.py` sets their values beside ours. Written
from the description of how it works; none of its code is here. What it is spared, which favours it: no network, no
waiting for a query slot, no completeness windows, breakers, run log or messages, and the load job and MERGE after each
date become one file of JSON lines.
"""
