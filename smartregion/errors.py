"""Errors, named by what the caller should do.

* Unusable                give up on this message, keep it in quarantine with its cause
  - Malformed             the bytes are no message of The Things Stack
  - ImplausibleTime       the frame's time cannot be true
  - UnknownApplication    no application of the region file
  - NoDecoder             nothing knows how to read this device's bytes
  - Undecodable           a decoder knows the device but not these bytes
  - Refused               the series store will never take it
* Unavailable             a neighbour is away: keep everything, back off, try again
* Misconfigured           stop, and tell the operator what to change
"""

from enum import StrEnum


class Cause(StrEnum):
    """Why a message rests in quarantine."""

    MALFORMED = "malformed"
    IMPLAUSIBLE_TIME = "implausible time"
    UNKNOWN_APPLICATION = "unknown application"
    NO_DECODER = "no decoder"
    DECODER_FAILED = "decoder failed"
    REFUSED = "refused by the store"


class SmartregionError(Exception):
    """The root of all errors that this project raises on purpose."""


class Unusable(SmartregionError):
    """This one message can't be used; it is kept, the rest goes on."""

    cause: Cause


class Malformed(Unusable):
    """The bytes are no message of The Things Stack."""

    cause = Cause.MALFORMED


class ImplausibleTime(Unusable):
    """The frame's time lies too far from its arrival, or outside what 64 bits of nanoseconds hold."""

    cause = Cause.IMPLAUSIBLE_TIME


class UnknownApplication(Unusable):
    """The message names an application that the region file does not know."""

    cause = Cause.UNKNOWN_APPLICATION


class NoDecoder(Unusable):
    """No decoder is known for the device."""

    cause = Cause.NO_DECODER


class Undecodable(Unusable):
    """The bytes do not fit the layout of the device."""

    cause = Cause.DECODER_FAILED


class Refused(Unusable):
    """The series store will never take this, however often it is sent."""

    cause = Cause.REFUSED


class Unavailable(SmartregionError):
    """A neighbour (store, disk, broker, server) is away for now; nothing may be dropped because of it."""


class Misconfigured(SmartregionError):
    """Something must be changed by a person; the message says what, where and how."""
