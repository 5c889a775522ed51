"""Restricts local pages to the person at this machine: a one-time address, a cookie, and no cross-site requests.

An address with a token works once, as Jupyter's does, and is exchanged for a cookie. Requests under another host name
are rejected (DNS rebinding), and so are forms without the session's own token (cross-site request forgery).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.http.body import BodyTooLongError, BodyTooSlowError, read_body

MOST_BYTES = 64 * 1024  # of a form
COOKIE = "review-{port}"  # browsers share cookies among ports: two pages must not end each other's session
# No scripts, and nothing from other origins: https://www.w3.org/TR/CSP3/
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OWN = ("same-origin", "none")  # values of Sec-Fetch-Site for requests that no other site sent
_REDIRECT_PAGE = (
    '<!doctype html><html lang="en"><title>Opening</title><link rel="icon" href="/static/icon.svg">'
    '<meta http-equiv="refresh" content="0;url=/"><p><a href="/">To the page</a></p>'
)
Refuse = Callable[[int, str], Response]


class Guard:
    """ASGI middleware that authenticates each request to the pages.

    ``hosts`` are the host names that are served, each with its port; ``refuse`` makes the page that says why a request
    is rejected; ``on_new_token`` is called with the query of the next one-time address; ``policy`` is the
    Content-Security-Policy.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        refuse: Refuse,
        on_new_token: Callable[[str], None],
        policy: str = POLICY,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._refuse = refuse
        self._on_new_token = on_new_token
        self._headers = HEADERS | {"Content-Security-Policy": policy}
        self._session = secrets.token_urlsafe(32)
        self.form_token = secrets.token_urlsafe(32)
        self.token = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        response = self._answer_before_pages(request)
        if response is None and request.method == "POST":
            try:
                body = await read_body(request, most_bytes=MOST_BYTES)
                response, receive = self._refuse_form(request, body), _replay(body)
            except ClientDisconnect:  # nobody is left to respond to
                return
            except BodyTooLongError:
                response = self._refuse(413, "That is too long. Nothing was changed.")
            except BodyTooSlowError:
                response = self._refuse(408, "That took too long to arrive. Nothing was changed.")
        await (response or self._app)(scope, receive, guarded_send)

    def _answer_before_pages(self, request: Request) -> Response | None:
        """The response to a request that does not reach the pages; None for one that does."""
        if request.headers.get("host", "") not in self._hosts:
            return self._refuse(421, "This page is only to be had under the address that the terminal shows.")
        token, path = request.query_params.get("token"), request.scope["path"]  # the path that the routes match
        if token is not None and path == "/" and request.method == "GET":
            return self._exchange(request, token)
        if path.startswith("/static/"):  # no personal data, and the error pages need it
            return None
        if not hmac.compare_digest(request.cookies.get(_cookie(request), "").encode(), self._session.encode()):
            return self._refuse(403, "Open the newest address that the terminal shows. Each address works once.")
        return None

    def _exchange(self, request: Request, token: str) -> Response:
        """Exchange a token, which becomes invalid, for the session's cookie."""
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return self._refuse(
                403, "This address is none, or was used before. Open the newest that the terminal shows."
            )
        self.token = secrets.token_urlsafe(32)
        self._on_new_token(f"?token={self.token}")
        # A page and not a redirect: only with a request from this page do browsers send a strict cookie.
        response = HTMLResponse(_REDIRECT_PAGE)
        response.set_cookie(_cookie(request), self._session, httponly=True, samesite="strict")
        return response

    def _refuse_form(self, request: Request, body: bytes) -> Response | None:
        """The rejection of a form that does not come from these pages; None for an acceptable one."""
        origin = request.headers.get("origin")
        is_own = request.headers.get("sec-fetch-site", "same-origin") in OWN
        is_own = is_own and (origin is None or origin.partition("://")[2] in self._hosts)
        sent = fields_of(body).get("form_token", "")
        if not is_own or not hmac.compare_digest(sent.encode(), self.form_token.encode()):
            return self._refuse(403, "This form is of an earlier session. Load its page again; nothing was changed.")
        return None


def _cookie(request: Request) -> str:
    return COOKIE.format(port=request.url.port)


def _replay(body: bytes) -> Receive:
    """An ASGI ``receive`` that returns a body which was read already."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded form; several values of one name are joined by blanks."""
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=1000)
    except ValueError:  # not UTF-8, or too many fields
        return {}
    return {name: " ".join(values) for name, values in fields.items()}
