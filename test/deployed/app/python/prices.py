PRICES = {"pen": 2, "book": 12}


def handler(event, context):
    product = event["product"]
    if product not in PRICES:
        raise LookupError(f"no product '{product}'")
    return {"price": PRICES[product]}
