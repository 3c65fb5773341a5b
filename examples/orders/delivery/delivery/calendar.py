"""Days that parcels travel on."""

from datetime import date, timedelta

SUNDAY = 6
HOLIDAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}


def days_later(day: date, count: int) -> date:
    """The day that comes a number of working days later."""
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def is_working_day(day: date) -> bool:
    if day.weekday() == SUNDAY:
        return False
    return (day.month, day.day) not in HOLIDAYS
