#!/usr/bin/env python3
"""A vending controller: has a slot paid at the stand, turns the slot's motor itself, and says how that went.

    vending.py SALE SLOT --motor COMMAND --memory FOLDER [--socket PATH]

SALE names this sale and no other; after a crash the controller asks again with the same. COMMAND turns the motor of the slot
that it gets as its argument, and ends with 0 when the goods fell. FOLDER outlives a power cut.
Exit code 0: delivered. 2: not paid. 3: paid, and not or not surely delivered: call the staff.
"""

import argparse
import os
import shlex
import subprocess
import sys

from stand import SOCKET, Refused, Stand

PRODUCTS = {
    "1": {"product": "cola", "name": "Cola 330 ml", "price": 6_000},
    "2": {"product": "water", "name": "Air mineral", "price": 4_000},
}
# For the motor, and for a stand that restarts meanwhile.
WINDOW_MS = 60_000


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("sale")
    asked.add_argument("slot", choices=PRODUCTS)
    asked.add_argument("--motor", required=True)
    asked.add_argument("--memory", required=True)
    asked.add_argument("--socket", default=SOCKET)
    given = asked.parse_args()

    item = PRODUCTS[given.slot]
    stand = Stand(given.socket)
    try:
        order = stand.place(
            {
                "amount": item["price"],
                "items": [item],
                "reference": given.sale,
                "release": {"by": "controller", "window_ms": WINDOW_MS},
            }
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2

    for order in stand.follow(order["id"]):
        print(order["state"], flush=True)
        if order["state"] == "releasing":
            release(stand, order, given)
    if order["state"] == "delivered":
        return 0
    print(f"{order.get('because')}; claim code {order['claim_code']}", file=sys.stderr)
    return 3 if order["state"] == "troubled" else 2


def release(stand, order, given):
    release_id = order["release"]["id"]
    if not is_first(given.memory, release_id):
        # The motor was started before, by us, and we do not know how that ended. It is not started again, and nothing is
        # claimed: the window ends, and a person looks.
        print(f"release {release_id} was begun before", file=sys.stderr)
        return
    turned = subprocess.run([*shlex.split(given.motor), given.slot], check=False)
    fell = turned.returncode == 0
    outcome = {"outcome": "delivered", "confirmed": True} if fell else {"outcome": "failed", "because": "nothing fell"}
    try:
        stand.answer(order["id"], release_id, outcome)
    except Refused as refused:
        print(refused, file=sys.stderr)


def is_first(folder, release_id):
    """Writes down that this release begins, on the disk before the motor moves; False where it stands there already."""
    try:
        file = os.open(os.path.join(folder, release_id), os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    os.fsync(file)
    os.close(file)
    directory = os.open(folder, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    return True


if __name__ == "__main__":
    sys.exit(main())
