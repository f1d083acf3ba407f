"""Joins the rooms: builds the platform that runs on the stores of a data folder."""

import gc
from collections.abc import Mapping
from contextlib import ExitStack

import httpx
from prometheus_client import CollectorRegistry

from cli import alarm_parts, archive_parts, gap_parts
from cli.kit import Reloading, open_kit
from cli.series_store import air_of
from cli.stores import NOTHING, Stores
from ingest.backfill import Backfill
from ingest.collector import Collector
from ingest.importing import Patient, messages
from ingest.judging import IMPORT, import_source
from ingest.mqtt import MqttSource
from ingest.orders import Orders
from ingest.pipeline import Pipeline
from ingest.quiet import Quiet
from ingest.redecode import Redecode
from ingest.service import Ingest
from ingest.skew import Skew
from ingest.status import Connections
from ingest.storage import StackHttp
from ingest.watching import Watcher
from ingest.webhook import WebhookDoor
from ingest.worker import Worker
from jobs.housekeeping import Housekeeping
from jobs.ledger_check import LedgerCheck
from jobs.schedule import Jobs, Task
from queries.bundle import Queries, build
from smartregion.clock import Clock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.logs import Logger
from smartregion.region import Application, Region
from store.journal.protocol import LedgerRow

HTTP_SECONDS = 60.0
LEDGER_CHECK_SECONDS = 1800


class Platform:
    """All roles in one process: ingest, jobs, and the questions that API and console ask."""

    def __init__(
        self,
        region: Region,
        stores: Stores,
        keys: Mapping[str, str],
        clock: Clock,
        logger: Logger,
        *,
        listen: bool = True,
        webhooks: Mapping[str, str] = NOTHING,
        receivers: Mapping[str, str] = NOTHING,
    ) -> None:
        """`keys`: API key by application label; applications without one get no source and no back-fill.
        `webhooks`: secret by application label; applications without one have no webhook.
        `receivers`: addresses that alarms go to, by name.
        `listen`: connect and close gaps by itself; else only do what is asked.
        """
        self.region = region
        self.stores = stores
        self.clock = clock
        self.metrics = CollectorRegistry()
        self.connections = Connections()
        self._kit = ExitStack()
        self.library = self._kit.enter_context(open_kit(stores.data, clock)).library
        self._http = httpx.Client(timeout=HTTP_SECONDS)
        self._keys = keys
        self._logger = logger
        self._stacks = {
            each.label: StackHttp(each, keys[each.label], self._http)
            for each in region.applications
            if keys.get(each.label)
        }
        self.queries = self._questions()
        self.watcher = self._watcher()
        self.collector = Collector(
            stores.log,
            clock,
            logger,
            max_bytes=region.journal.memory_megabytes * 1_000_000,
            healed=lambda: self.backfill.ask(),
        )
        self.webhook = WebhookDoor(self.collector, clock)
        self.webhook_secrets = webhooks
        self.skew = Skew(clock, lambda: self.collector.appended)
        self.gaps = self._gap_parts(listen=listen)
        self.worker = self._worker()
        self.importing = Patient(self.collector, self.worker)
        self.backfill = self._backfill(listen=listen)
        heard = [each for each in region.applications if listen and each.mqtt and each.label in self._stacks]
        mqtt = [self._source(each) for each in heard]
        self.ingest = Ingest(self.collector, self.worker, self.watcher, mqtt, self.backfill, logger, self.gaps.thread)
        self.housekeeping = self._housekeeping()
        self.ledger_check = LedgerCheck(stores.book, region.zone, clock, self._alarm, self.metrics)
        self.alarms = self._alarm_parts(receivers)
        self.jobs = self._jobs(watched=listen)
        self.redecode = self._redecode()

    def _questions(self) -> Queries:
        stores = self.stores
        queries = build(
            self.region,
            self.clock,
            stores.registry,
            stores.series,
            stores.log,
            stores.book,
            lambda: self.backfill.progress(),
            stores.registry.alarms,
        )
        queries.latest.load()
        try:
            # What was stored after the last save, when the run before ended by a kill.
            queries.latest.catch_up()
        except Unavailable as error:
            self._logger.error("latest values are those saved last until the store answers", why=str(error))
        return queries

    def _watcher(self) -> Watcher:
        asked = self.queries
        return Watcher(asked.latest, asked.live, self.clock, self.metrics, asked.ledger.waiting, asked.progress)

    def _worker(self) -> Worker:
        stores = self.stores
        settled = self.gaps.beside(alarm_parts.beside(self.skew, self.watcher.settled))
        pipeline = Pipeline(
            self.region, stores.book, stores.registry, stores.series, settled, self.library, air_of(stores.series)
        )
        return Worker(self.collector, stores.log, stores.book, pipeline, self._logger)

    def _gap_parts(self, *, listen: bool) -> gap_parts.GapParts:
        stores = self.stores
        return gap_parts.build(
            self.region,
            stores.registry,
            stores.log,
            stores.book,
            self.connections,
            self.clock,
            self._logger,
            lambda: self.collector.appended,
            lambda: self.backfill.progress(),
            listen=listen,
        )

    def _backfill(self, *, listen: bool) -> Backfill:
        return Backfill(
            self.region,
            self._stacks,
            self.stores.book,
            self.stores.registry,
            self.collector,
            self.worker,
            self.clock,
            self._logger,
            by_itself=listen,
            orders=Orders(self.stores.registry.gaps, self.clock),
            told=self.gaps.keeper,
        )

    def _housekeeping(self) -> Housekeeping:
        stores, save = self.stores, self.queries.latest.save
        archive = archive_parts.archiver(stores.data, self.region, self.clock, self._logger)
        return Housekeeping(
            self.region, stores.log, stores.book, stores.series, self.clock, save, self._logger, archive
        )

    def _alarm_parts(self, receivers: Mapping[str, str]) -> alarm_parts.AlarmParts:
        stores = self.stores
        watched = alarm_parts.Watched(
            self.region,
            stores.registry,
            stores.series,
            stores.log,
            stores.book,
            stores.data,
            self.queries.latest,
            self.connections,
            self.collector,
            self.worker,
            self.skew,
            self.ledger_check,
            self.metrics,
        )
        return alarm_parts.AlarmParts(watched, receivers, self.clock, self._logger)

    def _jobs(self, *, watched: bool) -> Jobs:
        check = Task("ledger check", LEDGER_CHECK_SECONDS, self.ledger_check.check)
        return Jobs(
            self.stores.series,
            self.stores.registry,
            self.housekeeping,
            self.region.zone,
            self.clock,
            self._logger,
            self.backfill.catching_up,
            Reloading(self.library, self._logger),
            [check, *self.alarms.tasks] if watched else [check],
        )

    def _alarm(self, kind: str, subject: str, words: str) -> None:
        self._logger.error("alarm", kind=kind, subject=subject, why=words)

    def _redecode(self) -> Redecode:
        stores = self.stores
        return archive_parts.redecode(
            stores.data,
            stores.series,
            stores.book,
            stores.registry,
            self.queries.latest,
            self.housekeeping.readings_from,
            self.library,
            self._logger,
        )

    def take_in(self, body: bytes, span: tuple[int, int] | None) -> int:
        """Make the lines of an import durable and say how many. `span`: the frame times that are accepted.

        Raises Unavailable: the journal takes nothing, or live messages would have to wait for the import.
        """
        source = import_source(*span) if span else IMPORT
        taken = list(messages(iter(body.split(b"\n")), source, self.clock.now()))
        if taken:
            self.importing.keep(taken)
        return len(taken)

    def fetch(self, application: str, start: int, until: int | None) -> None:
        """Begin a back-fill by hand. Raises Misconfigured when there is no such application, or no key for it."""
        if application not in self._stacks:
            known = ", ".join(self._stacks) or "none"
            raise Misconfigured(f"no application {application!r} with an API key; there are: {known}")
        self.backfill.ask(application, start, self.clock.now() if until is None else until)

    def start(self) -> None:
        """Start everything but the web server."""
        _spare_the_collector()
        self.ingest.start()
        self.jobs.start()

    def listening(self) -> None:
        """The doors for webhooks are open from now on; what was posted before is to be looked for."""
        if any(each.webhook_env for each in self.region.applications):
            self.backfill.ask()

    def stop(self) -> list[LedgerRow]:
        """Settle what is in hand, save, close, within ten seconds; gives the ledger as it then stands."""
        self.queries.live.close()
        self.redecode.stop()
        self.ingest.stop()
        self.alarms.stop()
        self.jobs.stop()
        self._kit.close()
        self._http.close()
        rows = self.queries.ledger.rows()
        self.stores.close()
        gc.unfreeze()
        return rows

    def _source(self, application: Application) -> MqttSource:
        stack = self._stacks[application.label]
        return MqttSource(
            application,
            self._keys[application.label],
            self.collector.offer,
            self.connections,
            self.clock,
            self._logger,
            quiet=Quiet(self.stores.registry, application.label, self.clock).seconds,
            check_rights=stack.missing_right,
            connected=self.backfill.ask,
            room=lambda: self.collector.has_room,
        )


def _spare_the_collector() -> None:
    """Let Python's garbage collector look at young objects only, and rarely.

    With 10 000 devices known it would walk 600 000 lasting objects again and again: half of all CPU, and pauses of
    0.3 s for every thread (bench: CPU per uplink).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
