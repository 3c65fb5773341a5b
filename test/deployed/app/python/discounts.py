RATE = 0.1


def handler(event, context):
    total = event["total"]
    if total < 100:
        return {"discount": 0}
    return {"discount": round(total * RATE)}
