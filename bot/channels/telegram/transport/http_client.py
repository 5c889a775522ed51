"""The HTTP client: the connections over which calls reach Telegram, and the errors that calls raise.

No error or log line from here shows a URL, which contains the token, or the content of a call.
"""

from __future__ import annotations

import json
import os
import ssl
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.settings import SettingsError

READ, WRITE, CONNECT, POOL = 15.0, 5.0, 5.0, 30.0  # time-outs in seconds; POOL is for waiting for a free connection
FORM = "application/x-www-form-urlencoded"
GATEWAY_TIMEOUT = 504
REFUSALS = (Forbidden, BadRequest, ChatMigrated)  # by a chat: another attempt would be refused as well


class UnreachedError(TimedOut):
    """No connection was made in time, so Telegram did nothing."""


class AnswerLostError(NetworkError):
    """The connection broke before the whole response arrived: Telegram may or may not have carried out the call."""


class AioRequest(BaseRequest):
    """Sends calls over at most ``connections`` connections, which are kept open. Time-outs are in seconds.

    One object can serve both a bot's calls and its getUpdates. ``proxy`` is a URL that may contain a password. Sending
    files is not supported: this bot sends none.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int,
        proxy: str | None = None,
        read: float = READ,
        connect: float = CONNECT,
        pool: float = POOL,
    ) -> None:
        self._is_encrypted = urlsplit(url).scheme == "https"
        self._connections, self._proxy = connections, proxy
        self._read, self._connect, self._pool = read, connect, pool
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds that a response may take, unless a call sets its own time-out."""
        return self._read

    async def initialize(self) -> None:
        """Open a session in this event loop."""
        if self._session is not None:
            return
        trusted = _ssl_context() if self._is_encrypted else True
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, ssl=trusted),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
        )

    async def shutdown(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and body of a response. Raises TelegramError, mostly a NetworkError, without any URL."""
        session = self._open_session
        timeouts = _timeouts(
            self._read if read_timeout is self.DEFAULT_NONE else read_timeout,
            WRITE if write_timeout is self.DEFAULT_NONE else write_timeout,
            self._connect if connect_timeout is self.DEFAULT_NONE else connect_timeout,
            self._pool if pool_timeout is self.DEFAULT_NONE else pool_timeout,
        )
        body = _body(request_data)
        headers = {"Content-Type": FORM} if body else None
        try:
            async with session.request(
                method, url, data=body, headers=headers, timeout=timeouts, proxy=self._proxy, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.read()
        except Exception as fault:
            raise _network_error(fault) from None
        if status == GATEWAY_TIMEOUT:
            raise AnswerLostError("a gateway before Telegram got no answer in time")
        return status, answer

    async def time_at(self, url: str) -> str | None:
        """The Date header of a server's response; None if it has none. Raises NetworkError."""
        session, timeouts = self._open_session, _timeouts(self._read, WRITE, self._connect, self._pool)
        try:
            async with session.get(url, timeout=timeouts, proxy=self._proxy, allow_redirects=False) as response:
                return response.headers.get("Date")
        except Exception as fault:
            raise _network_error(fault) from None

    @property
    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise NetworkError("the connections are closed; call initialize first")
        return self._session

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse a response of the Bot API. Raises AnswerLostError if it is none.

        The library's own method logs such a response in full, and raises other errors if it is JSON.
        """
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise AnswerLostError("the answer is no JSON") from None
        if not isinstance(answer, dict) or (answer.get("ok") is not False and "result" not in answer):
            raise AnswerLostError("the answer is none of Telegram's")
        return answer


def _body(data: RequestData | None) -> bytes | None:
    """The body of a call. Raises TelegramError if the data cannot be sent."""
    if data is None:
        return None
    if data.contains_files:
        raise TelegramError("files are not sent: transport/http_client.py carries text only; teach it multipart first")
    try:
        return data.url_encoded_parameters().encode("ascii")
    except UnicodeEncodeError:  # its message would show the text
        raise BadRequest("half of a surrogate pair stands alone in what is sent, which UTF-8 cannot hold") from None


@lru_cache(maxsize=32)
def _timeouts(
    read: float | None, write: float | None, connect: float | None, pool: float | None
) -> aiohttp.ClientTimeout:
    """The time-outs in the form of aiohttp, which has none for writing, but a total."""
    connecting = None if connect is None or pool is None else connect + pool
    total = None if connecting is None or read is None or write is None else connecting + write + read
    return aiohttp.ClientTimeout(total=total, connect=connecting, sock_connect=connect, sock_read=read)


def _network_error(fault: Exception) -> NetworkError:
    """The error of python-telegram-bot for one of aiohttp's, without its message, which may contain the URL."""
    kind = type(fault).__name__
    match fault:
        case aiohttp.ConnectionTimeoutError():
            return UnreachedError("no connection to Telegram in time")
        case TimeoutError():
            return TimedOut("no answer from Telegram in time")
        case aiohttp.ClientConnectorError() | aiohttp.ClientHttpProxyError() | aiohttp.InvalidURL():
            return NetworkError(f"no connection to Telegram ({kind})")
        case _:
            return AnswerLostError(f"the connection to Telegram broke ({kind})")


def _ssl_context() -> ssl.SSLContext:
    """Trust the authorities of the system and of certifi, or only those of SSL_CERT_FILE and SSL_CERT_DIR."""
    context = ssl.create_default_context()
    if not any(map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR"))):
        context.load_verify_locations(certifi.where())  # some small container images have no list of authorities
    return context


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for a URL. Raises SettingsError, which does not show the proxy's address.

    Not left to aiohttp, which reads the environment again for each call, in a thread, ignores ALL_PROXY, and sends the
    credentials of a `.netrc` to Telegram.
    """
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc):
        return None
    address = proxy if "://" in proxy else f"http://{proxy}"
    try:
        named = urlsplit(address)
        is_sound = named.scheme in ("http", "https") and bool(named.hostname) and named.port != 0
    except ValueError:  # the port is not a number
        is_sound = False
    if not is_sound:
        name = f"{parts.scheme.upper()}_PROXY"
        raise SettingsError(f"{name} or ALL_PROXY: is no HTTP proxy, and no other is supported; write http://host:port")
    return address
