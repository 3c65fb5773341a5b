"""What comes back; no function that is tested needs it yet."""

from datetime import date, timedelta

DAYS = 14


def may_return(delivered: date, today: date) -> bool:
    return today <= delivered + timedelta(days=DAYS)
