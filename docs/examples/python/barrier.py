#!/usr/bin/env python3
"""A parking barrier: works out what a ticket costs, has it paid at the stand, whose relay opens the barrier.

    barrier.py P-000117 --entered 2026-11-21T09:12 [--left 2026-11-21T11:40] [--socket PATH]

Exit code 0: the barrier opened. 2: not paid. 3: paid, and not or not surely opened: call the staff.
"""

import argparse
import math
import sys
from datetime import datetime

from stand import SOCKET, Refused, Stand

FIRST_HOUR, EACH_NEXT = 5_000, 3_000


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("ticket", help="its number; the same ticket is never paid twice")
    asked.add_argument("--entered", type=datetime.fromisoformat, required=True)
    asked.add_argument("--left", type=datetime.fromisoformat, default=None)
    asked.add_argument("--socket", default=SOCKET)
    given = asked.parse_args()

    minutes = ((given.left or datetime.now()) - given.entered).total_seconds() / 60
    hours = max(1, math.ceil(minutes / 60))
    price = FIRST_HOUR + EACH_NEXT * (hours - 1)

    stand = Stand(given.socket)
    try:
        order = order_for(
            stand,
            given.ticket,
            {
                "amount": price,
                "items": [{"product": "parking", "name": f"Parkir {hours} jam", "price": price}],
                "release": {"line": "barrier", "pulse_ms": 800},
            },
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    print(f"Rp {order['amount']}: order {order['id']}", flush=True)

    for order in stand.follow(order["id"]):
        print(order["state"], flush=True)
    if order["state"] == "delivered":
        return 0
    print(f"{order.get('because')}; claim code {order['claim_code']}", file=sys.stderr)
    return 3 if order["state"] == "troubled" else 2


def order_for(stand, ticket, wish):
    """The order in which this ticket is, or can be, paid. One that was cancelled or ran out is followed by another."""
    attempt = 1
    while True:
        try:
            order = stand.place({**wish, "reference": f"{ticket}.{attempt}"})
        except Refused as refused:
            # Begun before we crashed, and cheaper then: what was asked for first stands.
            if refused.error != "other-order":
                raise
            order = refused.body["order"]
        if order["state"] not in ("closing", "closed"):
            return order
        attempt += 1


if __name__ == "__main__":
    sys.exit(main())
