"""The store: dicts in memory, each change written through to an SQLite file when there is a data folder."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

Record = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (collection TEXT, id TEXT, body BLOB, PRIMARY KEY (collection, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob (id TEXT PRIMARY KEY, content BLOB);
"""


class Collection:
    """The records of one kind, found by id or by the value of an indexed field."""

    def __init__(self, name: str, indexes: tuple[str, ...], dirty: set[tuple[str, str]]) -> None:
        self.name, self._dirty = name, dirty
        self._rows: dict[str, Record] = {}
        self._indexes: dict[str, dict[Any, dict[str, Record]]] = {field: {} for field in indexes}
        self._keys: dict[str, tuple[Any, ...]] = {}

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id: object) -> bool:
        return id in self._rows

    def get(self, id: str) -> Record | None:
        return self._rows.get(id)

    def by(self, field: str, value: object) -> list[Record]:
        """The records whose indexed field has this value, in the order in which they came."""
        return list(self._indexes[field].get(value, {}).values())

    def where(self, **equal: object) -> list[Record]:
        """The records whose fields have these values. Reads an index when one serves."""
        indexed = next((field for field in equal if field in self._indexes), None)
        rows = self.by(indexed, equal[indexed]) if indexed else list(self._rows.values())
        return [row for row in rows if all(row.get(field) == value for field, value in equal.items())]

    def put(self, record: Record) -> Record:
        """Add or replace; call it again after changing a record in place."""
        id = record["id"]
        keys = tuple(record.get(field) for field in self._indexes)
        former = self._keys.get(id)
        if former is not None and former != keys:
            self._unindex(id, former)
        self._rows[id], self._keys[id] = record, keys
        for field, key in zip(self._indexes, keys, strict=True):
            self._indexes[field].setdefault(key, {})[id] = record
        self._dirty.add((self.name, id))
        return record

    def delete(self, id: str) -> None:
        if self._rows.pop(id, None) is not None:
            self._unindex(id, self._keys.pop(id))
            self._dirty.add((self.name, id))

    def _unindex(self, id: str, keys: tuple[Any, ...]) -> None:
        for field, key in zip(self._indexes, keys, strict=True):
            self._indexes[field].get(key, {}).pop(id, None)


# Fields by which a collection is searched often.
INDEXES: dict[str, tuple[str, ...]] = {
    "transactions": ("bank_account_id",),
    "bank_accounts": ("organization_id", "iban"),
    "attachments": ("organization_id",),
    "tokens": ("consent_id",),
}


class Store:
    """All collections. Not locked by itself: the world's lock is held by whoever uses it."""

    def __init__(self, data_dir: Path | None = None) -> None:
        self._dirty: set[tuple[str, str]] = set()
        self._touched: set[tuple[str, str]] = set()
        self._marked: dict[tuple[str, str], bytes] = {}
        self._collections: dict[str, Collection] = {}
        self._blobs: dict[str, bytes] = {}
        self._db: sqlite3.Connection | None = None
        if data_dir is not None:
            data_dir.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(data_dir / "qonto.sqlite3", check_same_thread=False)
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)
            self._load(self._db)

    def collection(self, name: str) -> Collection:
        if name not in self._collections:
            self._collections[name] = Collection(name, INDEXES.get(name, ("organization_id",)), self._dirty)
        return self._collections[name]

    __getitem__ = collection

    def _load(self, db: sqlite3.Connection) -> None:
        for name, body in db.execute("SELECT collection, body FROM record"):
            self.collection(name).put(orjson.loads(body))
        self._dirty.clear()

    def put_blob(self, id: str, content: bytes) -> None:
        if self._db is None:
            self._blobs[id] = content
        else:
            self._db.execute("INSERT OR REPLACE INTO blob VALUES (?, ?)", (id, content))

    def blob(self, id: str) -> bytes | None:
        if self._db is None:
            return self._blobs.get(id)
        row = self._db.execute("SELECT content FROM blob WHERE id = ?", (id,)).fetchone()
        return row[0] if row else None

    def delete_blob(self, id: str) -> None:
        self._blobs.pop(id, None)
        if self._db is not None:
            self._db.execute("DELETE FROM blob WHERE id = ?", (id,))

    def flush(self) -> None:
        """Write what changed."""
        if self._db is not None:
            for name, id in self._dirty:
                record = self._collections[name].get(id)
                if record is None:
                    self._db.execute("DELETE FROM record WHERE collection = ? AND id = ?", (name, id))
                else:
                    self._db.execute(
                        "INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (name, id, orjson.dumps(record))
                    )
            self._db.commit()
        self._touched |= self._dirty
        self._dirty.clear()

    def mark(self) -> None:
        """Remember everything as it is now, for `restore`."""
        self._marked = {
            (name, row["id"]): orjson.dumps(row)
            for name, collection in self._collections.items()
            for row in collection
        }
        self._touched.clear()

    def restore(self) -> None:
        """Put back what changed since `mark`. Files stay: what is not recorded is not served."""
        for name, id in self._touched | self._dirty:
            row = self._marked.get((name, id))
            if row is None:
                self.collection(name).delete(id)
            else:
                self.collection(name).put(orjson.loads(row))
        self.flush()
        self._touched.clear()

    def clear(self) -> None:
        self._collections.clear()
        self._dirty.clear()
        self._blobs.clear()
        if self._db is not None:
            self._db.executescript("DELETE FROM record; DELETE FROM blob;")

    def close(self) -> None:
        self.flush()
        if self._db is not None:
            self._db.close()
