"""Sends one message with apprise, which loads a hundred services to do it: a process of its own, gone afterwards.

Reads JSON from standard input: `{"address": …, "title": …, "body": …}`. Ends with 0 when it was sent.
"""

import json
import logging
import sys
import warnings

NOT_SENT, NO_ADDRESS = 1, 3


def main() -> int:
    """Send it."""
    warnings.simplefilter("ignore")
    from apprise import Apprise

    order = json.load(sys.stdin)
    # It would print addresses, with what is secret in them.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    post = Apprise()
    if not post.add(order["address"]):
        return NO_ADDRESS
    return 0 if post.notify(title=order["title"], body=order["body"], body_format="text") else NOT_SENT


if __name__ == "__main__":
    sys.exit(main())
