"""The two keys of the gap log: one encrypts texts, the other makes pseudonyms of persons.

They come from the settings. Where the settings have none they are created once, in the user's configuration folder:
never beside the data that they protect.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.storage import atomic_file

CODE_BYTES = 16  # of a keyed hash: 128 bits leave no two persons with one code
ASKER_KEY_BYTES = 32
LENGTHS = (64, 128, 256, 512, 1024, 2048, 4096)  # bytes of what a token holds
_MARK = b"\xff"  # begins and ends a padded text; no UTF-8 has this byte
TEXTS_FILE, ASKERS_FILE = "gaps.key", "asker.key"  # in the configuration folder
_PUT_BACK = "if a log was begun already, put the key back that it was begun with"
_MAKE = "set GAPS_KEY and ASKER_KEY, which are made with: python -m bot keys"
_Key = TypeVar("_Key")


class KeyProblem(Exception):  # noqa: N818  # the word that the person reads
    """A key that is missing or cannot be used; the text says what to do and shows no part of a key."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """``texts`` are Fernet keys: the first encrypts, all decrypt. ``askers`` is the key of the hashes."""

    texts: Sequence[bytes]
    askers: bytes

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return (*(key.decode() for key in self.texts), self.askers.hex())

    def encrypt(self, text: str, *, at: datetime | None = None) -> bytes:
        """A text as an authenticated token (Fernet: AES-128-CBC with HMAC-SHA256).

        A token shows its time and the length of what it holds to everybody: it gets the minute of ``at``, in UTC, or
        none, and texts are padded to a few lengths.
        """
        second = 0 if at is None else max(int(at.replace(tzinfo=at.tzinfo or UTC).timestamp()), 0)
        return Fernet(self.texts[0]).encrypt_at_time(_padded(text.encode("utf-8", "replace")), second // 60 * 60)

    def decrypt(self, token: bytes) -> str:
        """The text of a token, also one that is not padded. Raises KeyProblem if none of the keys made it."""
        try:
            return _unpadded(MultiFernet([Fernet(key) for key in self.texts]).decrypt(token)).decode("utf-8")
        except InvalidToken:
            raise KeyProblem("a text is not of this GAPS_KEY; set the key that it was written with") from None

    def is_of_first(self, token: bytes) -> bool:
        """Whether the first key made a token, the one that writes."""
        try:
            Fernet(self.texts[0]).decrypt(token)
        except InvalidToken:
            return False
        return True

    def pseudonym(self, purpose: str, value: str) -> str:
        """The keyed hash of a person or message (HMAC-SHA256, shortened), 32 hexadecimal digits.

        Codes of one value for two purposes have nothing in common.
        """
        digest = hmac.new(self.askers, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()
        return digest[:CODE_BYTES].hex()


def _padded(text: bytes) -> bytes:
    """UTF-8 with marks around it and zeros behind, as long as one of `LENGTHS`, or a multiple of the longest."""
    marked = _MARK + text + _MARK
    length = next((length for length in LENGTHS if length >= len(marked)), -len(marked) // LENGTHS[-1] * -LENGTHS[-1])
    return marked.ljust(length, b"\0")


def _unpadded(data: bytes) -> bytes:
    return data[1 : data.rindex(_MARK)] if data.startswith(_MARK) else data


def text_keys(setting: str) -> tuple[bytes, ...]:
    """The Fernet keys that a setting names, separated by commas, the newest first. Raises KeyProblem."""
    keys = tuple(part.strip().encode() for part in setting.split(",") if part.strip())
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        keys = ()
    if not keys:
        raise KeyProblem("is no key; make one with: python -m bot keys")
    return keys


def asker_key(setting: str) -> bytes:
    """The key of the hashes that a setting names, in hexadecimal. Raises KeyProblem."""
    try:
        key = bytes.fromhex(setting.strip())
    except ValueError:
        key = b""
    if len(key) < ASKER_KEY_BYTES:
        raise KeyProblem("is no key; make one with: python -m bot keys")
    return key


def new_text_key() -> str:
    """A new key for texts, as the setting GAPS_KEY takes it."""
    return Fernet.generate_key().decode()


def new_asker_key() -> str:
    """A new key for hashes, as the setting ASKER_KEY takes it."""
    return secrets.token_hex(ASKER_KEY_BYTES)


def read_keys(
    *, gaps_key: str | None, asker_key_: str | None, folder: Path | None, data_dir: Path, create: bool
) -> Keys:
    """The keys of the settings; what they lack comes from files in ``folder``, created there if ``create``.

    Raises KeyProblem where a key is missing or unusable, or where there is no folder or it lies in the data folder.
    """
    if None not in (gaps_key, asker_key_):
        return Keys(text_keys(str(gaps_key)), asker_key(str(asker_key_)))
    if folder is None:
        raise KeyProblem(f"there is no home to keep keys in; {_MAKE}")
    if folder.resolve().is_relative_to(data_dir.resolve()):
        raise KeyProblem(f"the keys would lie with the data in {data_dir}; set DATA_DIR to another folder")
    texts_file, askers_file = folder / TEXTS_FILE, folder / ASKERS_FILE
    return Keys(
        text_keys(gaps_key) if gaps_key else _key_in(texts_file, "GAPS_KEY", text_keys, new_text_key, create=create),
        asker_key(asker_key_)
        if asker_key_
        else _key_in(askers_file, "ASKER_KEY", asker_key, new_asker_key, create=create),
    )


def _key_in(path: Path, setting: str, read: Callable[[str], _Key], new: Callable[[], str], *, create: bool) -> _Key:
    """The key in a file, which is made if there is none and ``create`` is set."""
    try:
        return read(path.read_text(encoding="ascii"))
    except KeyProblem:
        raise KeyProblem(f"{path} holds no key; {_PUT_BACK}, or set {setting} to it") from None
    except FileNotFoundError:
        if not create:
            raise KeyProblem(f"{setting} is not set, and there is no key in {path}; {_PUT_BACK}, or {_MAKE}") from None
    except (OSError, UnicodeDecodeError):
        raise KeyProblem(f"{path} cannot be read; mend it, or set {setting}") from None
    return read(_create(path, new(), setting))


def write_text_keys(path: Path, keys: Sequence[bytes]) -> None:
    """Write keys of texts, the newest first, in place of those that a file held. Raises KeyProblem."""
    try:
        atomic_file.replace(path, b",".join(keys) + b"\n")
    except OSError as error:
        hint = f"let this user write to {path.parent}"
        raise KeyProblem(f"{path} cannot be written ({error.strerror}), and stays as it is; {hint}") from None


def _create(path: Path, key: str, setting: str) -> str:
    """Write a key for this user alone. Whoever comes second takes the key of the first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            atomic_file.create(path, f"{key}\n".encode("ascii"))
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
    except OSError as error:
        hint = f"set {setting} (python -m bot keys makes one), or let this user write to {path.parent}"
        raise KeyProblem(f"no key can be kept in {path.parent} ({error.strerror}); {hint}") from None
    return key
