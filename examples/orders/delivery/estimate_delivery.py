"""When an order arrives."""

from datetime import date

from delivery.calendar import days_later
from delivery.carriers import UnknownCountryError, carrier_for


def handler(event, context):
    ordered = date.fromisoformat(event["ordered"])
    try:
        carrier = carrier_for(event["country"])
    except UnknownCountryError as error:
        return {"deliverable": False, "reason": str(error)}
    if event.get("express") and not carrier.has_express:
        raise ValueError(f"{carrier.name} has no express delivery")
    days = carrier.express_days if event.get("express") else carrier.days
    return {"deliverable": True, "carrier": carrier.name, "arrives": days_later(ordered, days).isoformat()}
