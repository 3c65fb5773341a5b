"""The credentials of the function's role."""

from __future__ import annotations

import json
import time
from calendar import timegm
from typing import Mapping, Optional
from urllib.parse import urlsplit

from .._platform import Platform
from .http_client import connect
from .signature import Credentials

_FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_EARLY = 300.0
"""Seconds before their end in which credentials are asked for anew."""


class RoleCredentials:
    """Lambda gives credentials in the environment; with SnapStart it has them asked for, since they would end in the snapshot."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._asked: Optional[Credentials] = None
        self._until = 0.0

    def get(self) -> Credentials:
        """Raises OSError or ValueError where they cannot be had."""
        environment = self._environment
        key = environment.get("AWS_ACCESS_KEY_ID")
        if key or not environment.get(_FULL_URI):
            return Credentials(key or "", environment.get("AWS_SECRET_ACCESS_KEY", ""), environment.get("AWS_SESSION_TOKEN"))
        if self._asked is None or Platform.now() > self._until - _EARLY:
            self._ask(environment[_FULL_URI])
        assert self._asked is not None
        return self._asked

    def _ask(self, uri: str) -> None:
        url = urlsplit(uri)
        connection = connect(url.scheme, url.hostname or "", url.port, 1.0)
        try:
            path = f"{url.path}?{url.query}" if url.query else url.path
            connection.request("GET", path, headers={"Authorization": self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")})
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise OSError(f"the credentials of the function were refused with {response.status}")
        fields = json.loads(body)
        self._asked = Credentials(fields["AccessKeyId"], fields["SecretAccessKey"], fields.get("Token"))
        self._until = float(timegm(time.strptime(fields["Expiration"][:19], "%Y-%m-%dT%H:%M:%S")))
