"""Adds objects to the bucket and never replaces one: each PUT carries `If-None-Match: *`, and 412 means that it is there."""

from __future__ import annotations

import hashlib
import http.client
import re
import socket
from email.utils import parsedate_to_datetime
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional

from .._platform import Platform, random_fraction
from .http_client import connect
from .s3_endpoint import BucketAddress
from .signature import Credentials, encoded_path, signed_headers
from .sink import UploadError

MAX_RETRIES = 3
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_CONNECT_TIMEOUT = 1.0
_ASK_TIMEOUT = 2.0
"""Nobody waits longer for the answer to "is it there already?" than for the one round trip that it is."""
_IDLE_TIMEOUT = 4.0
"""Beyond this, a connection may have been closed by the other side, unseen while the environment was frozen."""
_CLOCK_TOLERANCE = 60.0
_REGION_ERRORS = frozenset(
    ("PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301", "307")
)
_CLOCK_ERRORS = frozenset(("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException", "SignatureDoesNotMatch"))
_BODILESS = frozenset(("400", "403"))
"""What S3 answers with for either reason, where there is no body to say for which."""


class _Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: str


class _Failure(NamedTuple):
    code: str
    message: str
    is_retryable: bool
    is_corrected: bool = False


class _Kept(NamedTuple):
    connection: http.client.HTTPConnection
    since: float


class S3Sink:
    """Used from several threads at a time."""

    def __init__(self, region: str, locate: Callable[[str], BucketAddress], credentials: Callable[[], Credentials]) -> None:
        self._locate = locate
        self._credentials = credentials
        self._region = region
        self._address = locate(region)
        self._clock_offset = 0.0
        self._idle: List[_Kept] = []

    def put(self, key: str, body: bytes, headers: Mapping[str, str], timeout: float) -> None:
        """With 3 retries, exponential backoff and full jitter as the reference has them."""
        deadline = Platform.monotonic() + timeout
        digest = hashlib.sha256(body).hexdigest()
        retry = 0
        while True:
            failure = self._attempt(key, body, {**headers, "X-Amz-Content-Sha256": digest}, max(0.001, deadline - Platform.monotonic()))
            if failure is None:
                return
            pause = 0.0 if failure.is_corrected else random_fraction() * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**retry)
            if not failure.is_retryable or retry == MAX_RETRIES or Platform.monotonic() + pause >= deadline:
                raise UploadError(failure.code, retry, failure.message)
            Platform.sleep(pause)
            retry += 1

    def is_missing(self, key: str) -> bool:
        """Asked without the right to read: the header of a conditional PUT goes out alone (`Expect: 100-continue`).

        412 says that the object is there. An invitation to send the body says that it is not, and is turned down; so is any
        other answer, which the PUT that follows gets, too.
        """
        try:
            return self._ask(key).status != 412
        except (OSError, http.client.HTTPException, ValueError):
            return True

    def probe(self, key: str) -> None:
        for retry in range(MAX_RETRIES + 1):
            region, offset = self._region, self._clock_offset
            try:
                answer = self._ask(key)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise UploadError(_code(error), retry, str(error)) from error
            if answer.status == 412 or answer.status < 300:
                return
            if retry == MAX_RETRIES or not self._correct(str(answer.status), answer, region, offset):
                raise UploadError(str(answer.status), retry, f"S3 answered {answer.status}")

    def after_fork(self) -> None:
        self._idle = []

    def _attempt(self, key: str, body: bytes, headers: Dict[str, str], timeout: float) -> Optional[_Failure]:
        region, offset = self._region, self._clock_offset
        try:
            answer = self._send(key, body, headers, timeout)
        except (OSError, http.client.HTTPException, ValueError) as error:
            code = _code(error)
            return _Failure(code, str(error) or code, code != "CertificateError")
        failure = _failure_of(answer)
        if failure is not None and self._correct(failure.code, answer, region, offset):
            return failure._replace(is_retryable=True, is_corrected=True)
        return failure

    def _send(self, key: str, body: bytes, headers: Mapping[str, str], timeout: float) -> _Answer:
        deadline = Platform.monotonic() + timeout
        connection, is_used = self._connection()
        try:
            path, signed = self._signed(key, {**headers, "Content-Length": str(len(body))})
            answer = self._exchange(connection, path, signed, body, deadline)
        except (ConnectionError, http.client.RemoteDisconnected):
            connection.close()
            if not is_used:
                raise
            # it had been closed meanwhile
            connection = connect(self._address.scheme, self._address.hostname, self._address.port, _CONNECT_TIMEOUT)
            try:
                answer = self._exchange(connection, path, signed, body, deadline)
            except BaseException:
                connection.close()
                raise
        except BaseException:
            connection.close()
            raise
        if connection.sock is not None:
            self._idle.append(_Kept(connection, Platform.monotonic()))
        return answer

    def _exchange(self, connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str], body: bytes, deadline: float) -> _Answer:
        connection.sock.settimeout(max(0.001, deadline - Platform.monotonic()))
        _put_header(connection, path, headers)
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        return _Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content.decode("utf-8", "replace"))

    def _ask(self, key: str) -> _Answer:
        """The status and headers of the answer to a header alone, 100 if it is to send the body; the connection ends with that."""
        headers = {"Expect": "100-continue", "Content-Length": "1", "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}
        path, signed = self._signed(key, headers)
        connection = connect(self._address.scheme, self._address.hostname, self._address.port, _CONNECT_TIMEOUT)
        try:
            connection.sock.settimeout(_ASK_TIMEOUT)
            _put_header(connection, path, signed)
            connection.endheaders()
            # `getresponse` would skip a 100 and wait for what comes behind it
            with connection.sock.makefile("rb") as lines:
                status = int(lines.readline(256).split()[1])
                answered: Dict[str, str] = {}
                for _ in range(100):
                    name, separator, value = lines.readline(65536).decode("latin-1").partition(":")
                    if not separator:
                        break
                    answered[name.strip().lower()] = value.strip()
            return _Answer(status, answered, "")
        except IndexError as error:
            raise http.client.BadStatusLine("no status") from error
        finally:
            connection.close()

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        """One that is open, and whether it was used before."""
        while self._idle:
            try:
                kept = self._idle.pop()
            except IndexError:  # another thread had it
                break
            if Platform.monotonic() - kept.since < _IDLE_TIMEOUT:
                return kept.connection, True
            kept.connection.close()
        return connect(self._address.scheme, self._address.hostname, self._address.port, _CONNECT_TIMEOUT), False

    def _signed(self, key: str, headers: Mapping[str, str]) -> tuple[str, Dict[str, str]]:
        path = encoded_path(self._address.base_path + key)
        time = Platform.strftime("%Y%m%dT%H%M%SZ", Platform.gmtime(Platform.now() + self._clock_offset))
        all_headers = {"Host": self._address.authority, "If-None-Match": "*", **headers}
        return path, signed_headers("PUT", path, all_headers, self._region, time, self._credentials())

    def _correct(self, code: str, answer: _Answer, region: str, offset: float) -> bool:
        """Mends what S3 says is wrong about our requests: the region (as `S3RegionRedirector` of botocore does) and the time
        (as all SDKs of AWS do, by the `Date` of the answer).

        :param region: and `offset`: of the request that was answered
        :return: whether there was something to mend, so that the same request may succeed now
        """
        match = re.search("<Region>([a-z0-9-]+)</Region>", answer.body)
        theirs = answer.headers.get("x-amz-bucket-region") or (match.group(1) if match else "")
        if (code in _REGION_ERRORS or code in _BODILESS) and re.fullmatch("[a-z0-9-]+", theirs) and theirs != region:
            self._region, self._address = theirs, self._locate(theirs)
            self._idle = []
            return True
        time = _time(answer.headers.get("date"))
        if time is not None and (code in _CLOCK_ERRORS or code in _BODILESS) and abs(Platform.now() + offset - time) > _CLOCK_TOLERANCE:
            self._clock_offset = time - Platform.now()
            return True
        return False


def _put_header(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> None:
    connection.putrequest("PUT", path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)


def _failure_of(answer: _Answer) -> Optional[_Failure]:
    if 200 <= answer.status < 300 or answer.status == 412:
        return None
    match = re.search("<Code>([^<]+)</Code>", answer.body)
    code = match.group(1) if match else str(answer.status)
    is_retryable = answer.status >= 500 or answer.status in (429, 409) or code == "RequestTimeout"
    return _Failure(code, f"S3 answered {answer.status} {code}", is_retryable)


def _code(error: BaseException) -> str:
    """The name of what went wrong in the network, as other tools call it."""
    if isinstance(error, socket.gaierror):
        return "ENOTFOUND"
    if type(error).__name__ == "SSLCertVerificationError":
        return "CertificateError"
    if isinstance(error, (socket.timeout, TimeoutError)):
        return "ETIMEDOUT"
    if isinstance(error, ConnectionRefusedError):
        return "ECONNREFUSED"
    return "ECONNRESET" if isinstance(error, (ConnectionError, http.client.RemoteDisconnected)) else "NetworkError"


def _time(date: Optional[str]) -> Optional[float]:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (TypeError, ValueError):
        return None
