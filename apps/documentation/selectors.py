"""The note of a session, read from the database."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from cryptography.fernet import InvalidToken
from django.db import connection
from django.utils.crypto import salted_hmac

from apps.core.crypto import decrypt
from apps.core.egress import Masking
from apps.core.redaction import Destination
from apps.documentation.build import build_escalation, build_note
from apps.documentation.document import Document
from apps.documentation.facts import CommandFacts, RecordFacts, SessionFacts
from apps.documentation.models import RestoredHit, StoredDocument
from apps.documentation.redacted import SafeNote, redact_document
from apps.flows.models import Flow, FlowVersion, version_graph
from apps.flows.variables import fill
from apps.sessions.models import FlowSession, RecordKind, StepRecord
from apps.sessions.rows import NOTE_SHOWN, Recent
from apps.sessions.selectors import missing_fields
from apps.teams.models import User

log = logging.getLogger(__name__)
_RESTORED = f"SELECT fingerprint FROM {RestoredHit._meta.db_table} WHERE flow_session_id = %s"  # noqa: S608 - the name of a table

Records = Iterable[StepRecord]


class NoteWithheld(Exception):
    """The note could not be made safe, so none of it may be shown, copied or saved. The message says why."""


def note_of(flow_session: FlowSession, records: Records | None = None, newest: int | None = None) -> Document:
    """The note of a session before redaction, from records that are already loaded where they are given."""
    return build_note(*facts_of(flow_session, records), newest=newest)


def facts_of(flow_session: FlowSession, records: Records | None = None) -> tuple[SessionFacts, list[RecordFacts]]:
    """A session and its records as the plain values that documents are made from."""
    rows = list(flow_session.records.all() if records is None else records)
    return _session_facts(flow_session, rows), _record_facts(flow_session, rows)


def safe_note_of(flow_session: FlowSession, destination: Destination = Destination.PSA_NOTE) -> SafeNote:
    """The note as the destination may see it. Raises NoteWithheld when anything goes wrong on the way."""
    return _made_safe(flow_session, lambda: note_of(flow_session), destination)


def safe_escalation_of(flow_session: FlowSession, ordinal: int) -> SafeNote:
    """The note of the handoff at a record, as the PSA may see it. Raises NoteWithheld as well."""
    return _made_safe(flow_session, lambda: build_escalation(*facts_of(flow_session), ordinal), Destination.PSA_NOTE)


def stored_document(user: User, session_pk: int, kind: str, number: int) -> StoredDocument | None:
    """What was written down at a record of the session, once it was."""
    rows = StoredDocument.objects.visible_to(user).filter(flow_session_id=session_pk, kind=kind, number=number)
    return rows.first()


def live_note_of(flow_session: FlowSession, recent: Recent) -> SafeNote:
    """The note as the PSA may see it, with its newest steps only. Raises NoteWithheld as well.

    What it shows reads as in the whole note, but is made from the recent records alone, unless a secret may run on into
    them out of an earlier step that is left out. It cannot run past the time that a step begins with; only a private
    key can, from its first mark to its last.
    """
    is_timed = not any(record.entered_afterwards for record in recent.records[-NOTE_SHOWN - 1 :])
    if recent.is_whole or (is_timed and flow_session.is_open):
        note = _made_safe(flow_session, lambda: _recent_note(flow_session, recent), Destination.PSA_NOTE)
        if recent.is_whole or not note.has_key_marks:
            return note
    note = safe_note_of(flow_session)
    return replace(note, document=note.document.latest(NOTE_SHOWN, recent.lines))


def _recent_note(flow_session: FlowSession, recent: Recent) -> Document:
    """What nobody sees need not be searched."""
    return note_of(flow_session, recent.records, newest=NOTE_SHOWN + 1).latest(NOTE_SHOWN, recent.lines)


def _made_safe(flow_session: FlowSession, build: Callable[[], Document], destination: Destination) -> SafeNote:
    literals = list(_secrets(flow_session).values())
    try:
        redact = partial(redact_document, build(), destination, key=fingerprint_key(flow_session), literals=literals)
        note = redact()
        # What was let back in matters only where something was found.
        kept = restored_fingerprints(flow_session) if note.removed else set()
        return _let_back(note, redact(keep=kept)) if kept else note
    except Exception as error:
        # The error's text may quote the note: only its type goes to the log, and it is not chained.
        log.error("The note of session %s is withheld: %s", flow_session.pk, type(error).__name__)
        raise NoteWithheld(
            f"The note cannot be shown: removing secrets from it failed ({type(error).__name__}). "
            "Nothing was sent, and every step is kept. Reload the page; if it stays, tell your administrator."
        ) from None


def _let_back(before: SafeNote, after: SafeNote) -> SafeNote:
    return replace(after, restored=len(before.removed) - len(after.removed))


def restored_fingerprints(flow_session: FlowSession) -> set[str]:
    """By hand, since most answers wait for it: Django takes longer to compose it than PostgreSQL to answer it."""
    with connection.cursor() as cursor:
        cursor.execute(_RESTORED, [flow_session.pk])
        return {fingerprint for (fingerprint,) in cursor.fetchall()}


def restored_hits(flow_session: FlowSession) -> list[RestoredHit]:
    """Values that people let back into the notes of a session, in the order in which they did."""
    rows = RestoredHit.objects.filter(flow_session=flow_session).select_related("restored_by")
    return list(rows.order_by("restored_at", "id"))


def masking_of(flow_session: FlowSession) -> Masking:
    """What is known of the values in a session's texts, for whatever of them leaves."""
    return Masking(
        literals=list(_secrets(flow_session).values()),
        keep=restored_fingerprints(flow_session),
        key=fingerprint_key(flow_session),
    )


def fingerprint_key(flow_session: FlowSession) -> bytes:
    """The key under which values of a session's notes are named."""
    return salted_hmac("documentation.restored_hit", str(flow_session.pk), algorithm="sha256").digest()


def _secrets(flow_session: FlowSession) -> dict[str, str]:
    """Raises NoteWithheld: what cannot be read could not be kept out of anything."""
    try:
        return {name: decrypt(token) for name, token in flow_session.secrets.items()}
    except InvalidToken:
        raise NoteWithheld(
            "A secret of the session cannot be read with the present encryption keys, so nothing that could hold it is "
            "shown or sent. Enter it again in the session; every step is kept."
        ) from None


def _session_facts(flow_session: FlowSession, records: Sequence[StepRecord]) -> SessionFacts:
    client, ticket = flow_session.client, flow_session.ticket
    return SessionFacts(
        number=flow_session.pk,
        title=flow_session.title,
        time_zone=flow_session.time_zone,
        status=flow_session.status,
        engineer=flow_session.owner.name,
        problem="" if ticket else flow_session.problem,
        flow=_flow_label(flow_session.flow, flow_session.version),
        ticket=ticket.number if ticket else "",
        client=client.name if client else "",
        contact=flow_session.contact,
        device=flow_session.device,
        started_at=flow_session.started_at,
        ended_at=flow_session.ended_at,
        active_seconds=flow_session.active_seconds,
        waiting=flow_session.get_pause_reason_display() if flow_session.pause_reason else "",
        outcome=flow_session.outcome,
        closing_note=flow_session.closing_note,
        next_steps=flow_session.next_steps,
        missing=_missing(flow_session, records),
        secrets=_secrets(flow_session),
    )


def _missing(flow_session: FlowSession, records: Sequence[StepRecord]) -> tuple[str, ...]:
    """Labels of the fields that stayed empty to the end though they are required or the note mentions them."""
    if not flow_session.is_ended:
        return ()
    live = [record for record in records if record.superseded_at is None]
    return tuple(variable.label for variable in missing_fields(flow_session, live))


def _record_facts(flow_session: FlowSession, records: Sequence[StepRecord]) -> list[RecordFacts]:
    versions, actors = [record.version_id for record in records], [record.actor_id for record in records]
    flows = _called_flows(flow_session, versions)
    names = _names(flow_session, actors)
    told = _teller(flow_session, versions)
    return [
        RecordFacts(
            ordinal=record.ordinal,
            kind=record.kind,
            entered_at=record.entered_at,
            left_at=record.left_at,
            flow=flows.get(version or 0, ""),
            asked=told(record.asked),
            answered=told(record.answered),
            statement=told(record.statement),
            note=told(record.note) if record.kind == RecordKind.END else record.note,
            commands=tuple(CommandFacts(**command) for command in record.commands),
            outcome=record.outcome,
            reason=record.reason,
            actor=names[actor],
            active_seconds=record.active_seconds,
            entered_afterwards=record.entered_afterwards,
            superseded=record.superseded_at is not None,
        )
        for record, version, actor in zip(records, versions, actors, strict=True)
    ]


def _teller(flow_session: FlowSession, versions: Iterable[int | None]) -> Callable[[str], str]:
    """Puts in what was filled in after a step, and the field's label in brackets where nothing was; secrets stay."""
    known = dict.fromkeys([flow_session.version_id, *versions])
    declared = [variable for version in known if version for variable in version_graph(version).variables]
    labels = {variable.name: f"[{variable.label}]" for variable in declared if variable.kind != "secret"}
    values = labels | {name: value for name, value in flow_session.variables.items() if value}
    return lambda text: fill(text, values) if "{{" in text else text


def _called_flows(flow_session: FlowSession, versions: Iterable[int | None]) -> Mapping[int, str]:
    """Labels of the versions that records were made in, other than the session's own."""
    others = {version for version in versions if version} - {flow_session.version_id}
    rows = FlowVersion.objects.filter(pk__in=others).select_related("flow") if others else ()
    return {version.pk: _flow_label(version.flow, version) for version in rows}


def _names(flow_session: FlowSession, actors: Iterable[int]) -> Mapping[int, str]:
    others = set(actors) - {flow_session.owner_id}
    rows = User.objects.filter(pk__in=others) if others else ()
    return {flow_session.owner_id: flow_session.owner.name, **{user.pk: user.name for user in rows}}


def _flow_label(flow: Flow | None, version: FlowVersion | None) -> str:
    return f"{flow.title}, version {version.number}" if flow and version else ""
