"""Vectors of a library in collections of Qdrant, where the nearest are found without reading them all.

A collection holds what the library holds already, and nothing else: for each moment of each content its vector, and the
digest of the content. So it can be deleted and is filled again; the library has the last word on what is alike.
"""

import contextlib
import re
import uuid
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from loopfind.arrays.directions import unit
from loopfind.errors import BadSetting, LibraryError, MissingExtra
from loopfind.model.dtypes import Floats
from loopfind.model.likeness import Appearance, AppearanceKey, Vectors

SCHEMES = {"qdrant": "http", "qdrants": "https"}
"""Scheme of an address -> what it is asked by."""
_FORM = "qdrant://HOST:6333/COLLECTION, qdrants:// for TLS, or qdrant:///FOLDER/COLLECTION on this disk"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,120}")
_SPACE = uuid.UUID("6f2c1b9e-6c55-5c0f-9f0c-3a54e4d0b6d1")
"""Namespace of the ids of points, so that one moment has one id wherever it is written from."""
_AT_ONCE, _PAGE = 512, 4096
_PATIENCE = 30


@dataclass(frozen=True)
class VectorsAddress:
    """The place of collections. url: of the server, "" for a folder on disk. folder: "" for a server. name: what the
    names of its collections begin with. secret: the key of the server, "" for none; it is in nothing that is shown."""

    url: str
    folder: str
    name: str
    secret: str
    shown: str

    @classmethod
    def of(cls, address: str) -> "VectorsAddress":
        """Read an address, with the key as its password where it needs one. Raises BadSetting."""
        try:
            parts = urlsplit(address)
            host, port, secret = parts.hostname or "", parts.port or 6333, unquote(parts.password or "")
        except ValueError:
            raise BadSetting("--vectors", "the address", f"no address of vectors: write {_FORM}") from None
        folder, _, name = parts.path.rpartition("/")
        place = parts.netloc.rpartition("@")[2]
        shown = f"{parts.scheme}://{place}{parts.path}"
        if parts.scheme not in SCHEMES or not _NAME.fullmatch(name) or (host and folder) or not (host or folder):
            raise BadSetting("--vectors", shown, f"no address of vectors: write {_FORM}")
        number = f"[{host}]" if ":" in host else host
        url = f"{SCHEMES[parts.scheme]}://{number}:{port}" if host else ""
        return cls(url, "" if host else unquote(folder), name, secret, shown)


class VectorCollection:
    """The collection of one key; made by `open_vectors`. Every method raises LibraryError."""

    def __init__(self, client: Any, address: VectorsAddress, key: AppearanceKey) -> None:
        self._client, self._address = client, address
        self._name = "-".join((address.name, key.way, key.model.replace("/", "-") or "own", str(key.stream)))

    def digests(self) -> set[str]:
        """Return the contents that have vectors, by their digests."""
        from qdrant_client import models

        first = models.Filter(must=[models.FieldCondition(key="moment", match=models.MatchValue(value=0))])
        found, offset = set[str](), None
        with self._asked():
            if not self._client.collection_exists(self._name):
                return found
            while True:
                points, offset = self._client.scroll(
                    self._name, first, limit=_PAGE, offset=offset, with_payload=["digest"], with_vectors=False
                )
                found |= {str(point.payload["digest"]) for point in points}
                if offset is None:
                    return found

    def add(self, appearances: Iterable[tuple[str, Appearance]]) -> None:
        """Put appearances into the collection, each with the digest of its content; it is made where it is missing.
        The first moment comes last, so that what it is listed by is there only with all the others."""
        from qdrant_client import models

        waiting: list[Any] = []
        for digest, one in appearances:
            for moment, vector in [*enumerate(unit(one.vectors))][::-1]:
                payload = {"digest": digest, "moment": moment, "time": float(one.times[moment])}
                number = str(uuid.uuid5(_SPACE, f"{digest} {moment}"))
                waiting.append(models.PointStruct(id=number, vector=vector.tolist(), payload=payload))
            if len(waiting) >= _AT_ONCE:
                self._put(waiting)
                waiting = []
        if waiting:
            self._put(waiting)

    def _put(self, points: list[Any]) -> None:
        from qdrant_client import models

        with self._asked():
            if not self._client.collection_exists(self._name):
                size = len(points[0].vector)
                self._client.create_collection(
                    self._name, vectors_config=models.VectorParams(size=size, distance=models.Distance.COSINE)
                )
                for field, kind in (("digest", "keyword"), ("moment", "integer")):
                    self._client.create_payload_index(self._name, field, field_schema=kind)
            self._client.upsert(self._name, points, wait=True)

    def remove(self, digests: Iterable[str]) -> None:
        """Take the vectors of contents out."""
        from qdrant_client import models

        gone = models.FieldCondition(key="digest", match=models.MatchAny(any=sorted(digests)))
        with self._asked():
            self._client.delete(self._name, models.FilterSelector(filter=models.Filter(must=[gone])), wait=True)

    def nearest(self, vectors: Vectors, most: int) -> list[Mapping[str, float]]:
        """Return, for each vector (n, d), the `most` contents that have the nearest moments, by digest, each with the
        likeness of the nearest."""
        found: list[Mapping[str, float]] = []
        with self._asked():
            for vector in vectors:
                answer = self._client.query_points_groups(
                    self._name, group_by="digest", query=vector.tolist(), limit=most, group_size=1, with_payload=False
                )
                found.append({str(group.id): float(group.hits[0].score) for group in answer.groups})
        return found

    @contextlib.contextmanager
    def _asked(self) -> Iterator[None]:
        with _failures(self._address):
            yield


@contextlib.contextmanager
def open_vectors(address: str, key: AppearanceKey) -> Iterator[VectorCollection]:
    """Open the collection for appearances of a key; those of unlike keys are never in one.

    Raises BadSetting for what is no address, MissingExtra, and LibraryError.
    """
    place = VectorsAddress.of(address)
    try:
        import qdrant_client
    except ImportError:
        raise MissingExtra("--vectors", "qdrant-client", "qdrant") from None
    with _failures(place), warnings.catch_warnings():
        # Of a key without TLS, of versions, and of what a folder on disk is not made for.
        warnings.simplefilter("ignore")
        if place.url:
            client = qdrant_client.QdrantClient(
                url=place.url, api_key=place.secret or None, timeout=_PATIENCE, check_compatibility=False
            )
        else:
            client = qdrant_client.QdrantClient(path=place.folder)
        try:
            yield VectorCollection(client, place, key)
        finally:
            client.close()


def likeness_by_content(found: list[Mapping[str, float]]) -> dict[str, Floats]:
    """Return the likeness (n,) of each content to n vectors, -1 where it was not among the nearest. found: as
    `VectorCollection.nearest` returns it."""
    every = {digest for one in found for digest in one}
    return {digest: np.array([one.get(digest, -1.0) for one in found]) for digest in every}


@contextlib.contextmanager
def _failures(address: VectorsAddress) -> Iterator[None]:
    """Turn what a client raises into a LibraryError, without what was sent or answered: that may hold the key."""
    from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

    try:
        yield
    except UnexpectedResponse as error:
        denied = error.status_code in (401, 403)
        what = "it takes no such key: set QDRANT_API_KEY" if denied else f"it refuses (status {error.status_code})"
        raise LibraryError(address.shown, what) from None
    except ResponseHandlingException:
        raise LibraryError(address.shown, "it does not answer: check the address and the network") from None
    except RuntimeError as error:
        if "already accessed" not in str(error):
            raise
        raise LibraryError(address.shown, "another program has it open: wait for that") from None
    except OSError as error:
        raise LibraryError(address.shown, f"it cannot be opened: {error.strerror}") from None
