"""Whoever sends and receives shares, and how others know them."""

from __future__ import annotations

from typing import Any, Iterable

from privity import _native
from privity._crossing import BytesLike, crossing
from privity._errors import call
from privity._guard import Guard
from privity._handles import _Handle
from privity._native import CardFields, ContactState, PartyKind, Standing


class _Cards:
    """Whoever makes contact cards."""

    _inner: Any

    def card(
        self,
        name: str,
        *,
        not_before: int,
        expires: int,
        organisation: str = "",
        with_classic: bool = False,
        previous: Card | None = None,
    ) -> Card:
        """A contact card, signed, in force between two times in microseconds since 1970 UTC; of a firm's device
        with its standing."""
        details = card_details(name, organisation, not_before, expires, with_classic, previous)
        return Card(call(self._inner.card, details))


class _Known:
    """What a party and who knows it have alike."""

    _inner: Any

    @property
    def kind(self) -> PartyKind:
        """How the party is known."""
        kind: PartyKind = call(self._inner.kind)
        return kind

    @property
    def device(self) -> str | None:
        """The device, of a firm's: each has a series of cards of its own."""
        device: str | None = call(self._inner.device)
        return device

    @property
    def anchor(self) -> str:
        """What trust begins with, in hexadecimal: the ssh key, or the hash of the firm's first record."""
        anchor: str = call(self._inner.anchor)
        return anchor

    @property
    def ssh_key(self) -> str:
        """The key that signs shares and receipts, as a line of OpenSSH."""
        key: str = call(self._inner.ssh_key)
        return key

    @property
    def fingerprint(self) -> str:
        """What people compare, in hexadecimal. A party's own is that of a card without its classic recipient."""
        fingerprint: str = call(self._inner.fingerprint)
        return fingerprint

    @property
    def words(self) -> list[str]:
        """The same as twelve words, which both sides read to each other."""
        words: list[str] = call(self._inner.words)
        return words


class Party(_Handle, _Cards, _Known):
    """Somebody with keys of their own, or a device of a firm, which ``Vault.party`` gives. A context manager
    that gives the keys up; locking the vault does not. May be used on any threads at once."""

    def __init__(self, inner: _native.Party) -> None:
        self._inner: _native.Party = inner

    @classmethod
    def generate(cls) -> Party:
        """A party of its own, with new random keys."""
        return cls(call(_native.Party.generate))

    @classmethod
    def unlock(cls, protected: BytesLike, guard: Guard) -> Party:
        """Opens what ``protect`` gave."""
        return cls(call(_native.Party.unlock, crossing(protected), guard._inner))

    def protect(self, guard: Guard) -> bytes:
        """Seals the keys under the guard; below 5 KiB. Keep the bytes. A vault keeps a device's itself."""
        return call(self._inner.protect, guard._inner)

    def with_new_keys(self) -> Party:
        """The same party with new keys. Whoever holds its card sees it changed until the new words are
        confirmed. Recall kept contacts with the old party and keep them with the new one."""
        return Party(call(self._inner.with_new_keys))

    @property
    def id(self) -> str:
        """Its own choice, the same in all its cards; for a firm's device the firm's id."""
        return call(self._inner.id)

    @property
    def recipient(self) -> str:
        """Whom to seal to: ``age1pq1…``."""
        return call(self._inner.recipient)

    @property
    def classic_recipient(self) -> str:
        """Whom to seal to with tools that know no hybrid recipients: ``age1…``."""
        return call(self._inner.classic_recipient)

    @property
    def standing(self) -> bytes | None:
        """What shows an outsider that the device was active; of a firm's."""
        return call(self._inner.standing)

    def keep(self, contact: Contact) -> bytes:
        """Seals a contact for this party alone. Keep the bytes anywhere; who puts an older version back
        undoes a revocation."""
        return call(self._inner.keep, contact._inner)

    def recall(self, kept: BytesLike) -> Contact:
        """Opens what ``keep`` gave."""
        return Contact(call(self._inner.recall, crossing(kept)))

    def age_open(self, file: BytesLike) -> bytes:
        """Opens an age file that was sealed to either recipient of the party."""
        return call(self._inner.age_open, crossing(file))


class Card:
    """A card whose signature is right, under the key it names. Who that key belongs to, nobody knows until
    its words were compared: see :class:`Contact`."""

    def __init__(self, inner: _native.Card) -> None:
        self._inner = inner

    @classmethod
    def parse(cls, data: BytesLike) -> Card:
        """Reads a card and verifies its signature, of a firm's also its standing."""
        return cls(call(_native.Card.parse, crossing(data)))

    @classmethod
    def from_text(cls, text: str) -> Card:
        """Reads a card out of its text; white space around it does not count."""
        return cls(call(_native.Card.from_text, text))

    def to_bytes(self) -> bytes:
        """Its file."""
        return call(self._inner.to_bytes)

    def to_text(self) -> str:
        """Its text, for a message or a QR code: ``privity-card:…``."""
        return call(self._inner.to_text)

    @property
    def fields(self) -> CardFields:
        """What it says."""
        return call(self._inner.fields)

    @property
    def words(self) -> list[str]:
        """The twelve words that people compare."""
        return call(self._inner.words)

    def in_force(self, at: int | None = None) -> None:
        """Raises ``card-not-yet-valid`` or ``card-expired`` unless it is in force then, or else now."""
        call(self._inner.in_force, at)


class Contact(_Known):
    """A party as somebody else knows it; ``state`` says how far it is believed. It never changes: what
    changes it gives a new one."""

    def __init__(self, inner: _native.Contact) -> None:
        self._inner: _native.Contact = inner

    @classmethod
    def from_card(cls, card: Card) -> Contact:
        """Whoever says this of themselves: unverified."""
        return cls(call(_native.Contact.from_card, card._inner))

    @classmethod
    def from_keys(
        cls, name: str, ssh_key: str, recipients: Iterable[str], *, organisation: str = ""
    ) -> Contact:
        """A person with an ssh key and an age recipient and no card: a line as a ``.pub`` file has it, and
        one hybrid recipient, one classic, or one of each. Unverified."""
        return cls(
            call(_native.Contact.from_keys, name, organisation, ssh_key, list(recipients))
        )

    @property
    def state(self) -> ContactState:
        """How far it is believed."""
        return call(self._inner.state)

    def confirm(self, words: Iterable[str]) -> Contact:
        """Confirms the twelve words as they came over another channel: of a changed contact, those of the
        new card."""
        return Contact(call(self._inner.confirm, list(words)))

    def confirm_keys(self, ssh_key: str, recipients: Iterable[str]) -> Contact:
        """Confirms keys by the same texts once more, as they came over another channel."""
        return Contact(call(self._inner.confirm_keys, ssh_key, list(recipients)))

    def update(self, card: Card) -> Contact:
        """Takes a newer card of the same party. With the same fingerprint, name and organisation a verified
        contact stays verified; with others it is changed, whoever signed."""
        return Contact(call(self._inner.update, card._inner))

    def revoke(self) -> Contact:
        """Gives the contact up for good."""
        return Contact(call(self._inner.revoke))

    def addressee(self) -> Addressee:
        """Whom a share may be made for, of a verified contact."""
        return Addressee(call(self._inner.addressee))

    def overridden(self, reason: str) -> Addressee:
        """The same for an unverified contact, with the reason why that had to do; it is kept beside the
        share. A verified contact needs none, and none is kept."""
        return Addressee(call(self._inner.overridden, reason))

    @property
    def name(self) -> str:
        """The person's name, as they say."""
        return call(self._inner.name)

    @property
    def organisation(self) -> str:
        """Their organisation, as they say; may be empty."""
        return call(self._inner.organisation)

    @property
    def party(self) -> str | None:
        """The party: the same in all its cards. None without a card."""
        return call(self._inner.party)

    @property
    def recipient(self) -> str | None:
        """Whom to seal to: ``age1pq1…``."""
        return call(self._inner.recipient)

    @property
    def classic_recipient(self) -> str | None:
        """Whom to seal to with tools that know no hybrid recipients: ``age1…``."""
        return call(self._inner.classic_recipient)

    @property
    def verified_fingerprint(self) -> str | None:
        """Of a changed contact: the fingerprint of the keys that were verified."""
        return call(self._inner.verified_fingerprint)

    @property
    def card(self) -> Card | None:
        """The card that is held; none of a person known by keys alone."""
        card = call(self._inner.card)
        return None if card is None else Card(card)

    def in_force(self, at: int | None = None) -> None:
        """Raises ``card-not-yet-valid`` or ``card-expired`` unless its card is in force then, or else now;
        keys without a card always are."""
        call(self._inner.in_force, at)


class Addressee:
    """Whom a share may be made for: a verified contact, or an unverified one with the reason why that had to
    do."""

    def __init__(self, inner: _native.Addressee) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """The person's name, as they say."""
        return call(self._inner.name)

    @property
    def reason(self) -> str | None:
        """Why the share goes to a contact whose words were not compared."""
        return call(self._inner.reason)


def verify_standing(data: BytesLike, genesis: str) -> Standing:
    """Verifies the bytes of a standing from the hash of the firm's first record, which the caller knows from
    elsewhere."""
    return call(_native.verify_standing, crossing(data), genesis)


def card_details(
    name: str,
    organisation: str,
    not_before: int,
    expires: int,
    with_classic: bool,
    previous: Card | None,
) -> _native.CardDetails:
    return _native.CardDetails(
        name=name,
        organisation=organisation,
        not_before=not_before,
        expires=expires,
        with_classic=with_classic,
        previous=None if previous is None else previous._inner,
    )
