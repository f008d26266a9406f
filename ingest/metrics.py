"""Figures for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from ingest.stages import stages_of
from store.sources import Change

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300)

disable_created_metrics()  # type: ignore[no-untyped-call]  # the library gives it no types
"""A second series beside every counter and histogram, since when it counts: nobody reads them."""


class Metrics:
    """Every figure. A label holds what we name ourselves (stages, states, results) or what the settings and rules do:
    never anything that a stranger writes (tests/e2e/test_observability.py)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        self.accepted = self._counter("accepted", "Interactions made durable.", "channel")
        self.unavailable = self._counter("unavailable", "Interactions that could not be promised.", "channel")
        self.shares_spent = self._counter("shares_spent", "Interactions told to leave room for others.", "channel")
        self.last_accepted = self._gauge(
            "last_accepted_timestamp_seconds", "When a channel last made one durable.", "channel"
        )
        self.settled = self._counter("settled", "Journal entries by fate.", "fate")
        self.filed = self._counter("filed", "Interactions filed on a ticket.", "channel", "road")
        self.tickets = self._counter("tickets", "Tickets opened.", "department", "priority")
        self.alerts = self._counter("alerts", "Reports of incidents by what they came to.", "channel", "course")
        self.incidents = self._gauge(
            "incidents", "Incidents that burn, or would if no maintenance window kept them.", "channel", "state"
        )
        self.answers = self._counter("answers", "Acknowledgements planned, or why not.", "answer")
        self.sent = self._counter("sent", "Outgoing messages by result.", "channel", "result")
        self.last_sent = self._gauge(
            "last_sent_timestamp_seconds", "When a channel last delivered a message.", "channel"
        )
        self.stage_seconds = self._histogram("stage_seconds", "Time per turn of a stage.", "stage")
        self.stage_items = self._counter("stage_items", "What went through a stage.", "stage")
        self.stage_failures = self._counter("stage_failures", "What did not get through a stage.", "stage")
        self.stages = stages_of(self.stage_seconds, self.stage_items, self.stage_failures)
        self.batch = Histogram(
            "balcao_batch_entries",
            "Entries per batch.",
            registry=self.registry,
            buckets=(1, 2, 5, 10, 25, 50, 100, 200, 500),
        )
        self.delay = self._histogram("accept_to_ticket_seconds", "From durable to committed ticket.")
        self._standing()

    def _standing(self) -> None:
        """How things are, and how often they were otherwise."""
        self.worker_deaths = self._counter("worker_deaths", "Child processes that died or hung on a batch.")
        self.journal = self._gauge("journal_entries", "Journal entries by fate.", "fate")
        self.oldest = self._gauge("journal_oldest_waiting_seconds", "Age of the oldest unprocessed entry.")
        self.outbox = self._gauge("outbox_messages", "Outgoing messages by state.", "state")
        self.fetched = self._counter("files_fetched", "Tries to fetch remote files, by result.", "channel", "result")
        self.remote_files = self._gauge("files_remote", "Remote files by state.", "state")
        self.part_up = self._gauge("part_up", "1 when the part is up.", "part")
        self.outages = self._counter("part_outages", "Times a part that was up went down.", "part")
        self.source_gaps = self._gauge(
            "source_gaps", "Mails that are in a folder and not in the journal.", "channel", "folder"
        )
        self.gaps_found = self._counter("gaps_found", "Mails found missing from the journal.", "channel")
        self.gaps_closed = self._counter("gaps_closed", "Such mails that came, or left their folder.", "channel")
        self.unheard = self._counter("unheard", "Times a source that keeps nothing may have passed us by.", "channel")
        self.unheard_seconds = self._counter("unheard_seconds", "How long those lasted, at most.", "channel")
        self.disk_free = self._gauge("disk_free_bytes", "Free space where the journal lives.")
        self.rules_ok = self._gauge("rules_last_reload_successful", "1 when the rule file on disk is in force.")
        self.rule_reloads = self._counter("rules_reloads", "Looks at new rule files by result.", "result")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"balcao_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"balcao_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"balcao_{name}", text, labels, registry=self.registry, buckets=_SECONDS)

    def note_gaps(self, change: Change) -> None:
        self.gaps_found.labels(change.channel).inc(change.found)
        self.gaps_closed.labels(change.channel).inc(change.closed)
        if change.unheard is not None:
            self.unheard.labels(change.channel).inc()
            self.unheard_seconds.labels(change.channel).inc(max(0.0, change.unheard.total_seconds()))

    def note_outage(self, part: str) -> None:
        self.outages.labels(part).inc()
