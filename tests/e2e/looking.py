"""Looking into a running daemon through its private site: faster than starting a command."""

import urllib.request

from tests.patience import DEADLINE, wait_for


def tickets_about(daemon, mark):
    """Every ticket, in full, whose subject ends with `mark`."""
    found = daemon.get("/v1/tickets?limit=1000")
    numbers = [ticket["number"] for ticket in found if ticket["subject"].endswith(mark)]
    return [daemon.get(f"/v1/tickets/{number}") for number in numbers]


def filed(daemon, mark, *, within=DEADLINE):
    """The one ticket about `mark`, once it is there and its acknowledgement is decided."""

    def settled():
        tickets = tickets_about(daemon, mark)
        decided = [
            answer["state"] not in {"pending", "sending"} for one in tickets for answer in one["acknowledgements"]
        ]
        return tickets if decided and all(decided) else None

    (ticket,) = wait_for(settled, within=within, what=f"the ticket about {mark}")
    return ticket


def entries(daemon, fate):
    return daemon.get(f"/v1/journal?fate={fate}&limit=1000")


def unfinished(daemon):
    """Entries that wait or are being read, as one look sees them: meanwhile they go to and fro between the two."""
    return [one for one in daemon.get("/v1/journal?limit=1000") if one["fate"] in {"waiting", "claimed"}]


def retried(daemon, raw_id):
    """POST /v1/journal/ID/retry; the status."""
    url = f"http://127.0.0.1:{daemon.ports['private']}/v1/journal/{raw_id}/retry"
    with urllib.request.urlopen(
        urllib.request.Request(url, method="POST", headers={"X-Balcao": "1"}), timeout=30
    ) as answer:
        return answer.status


def part(daemon, name):
    """(state, detail) of a part at /readyz."""
    found = daemon.get("/readyz")["parts"].get(name, {})
    return found.get("state"), found.get("detail", "")
