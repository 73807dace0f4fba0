"""Reading of query strings and JSON bodies, with the errors that Qonto gives."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Self

import orjson
from werkzeug.datastructures import MultiDict

from qonto_sandbox.core import formats, ids
from qonto_sandbox.core.errors import ApiError, Shape, missing, not_a_string

ABSENT: Any = object()


class Query:
    """The query string. Repeated parameters are read with and without brackets (`status[]`, `status`)."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        self._args = args

    def text(self, name: str, default: str = "") -> str:
        return self._args.get(name, default)

    def many(self, name: str) -> list[str]:
        """Every value of `name[]` (or `name`); a value may hold several separated by commas."""
        values = self._args.getlist(f"{name}[]") + self._args.getlist(name)
        # Some clients number the brackets: status[0], status[1].
        values += [
            value
            for key in self._args
            if key.startswith(f"{name}[") and key[len(name) + 1 : -1].isdigit()
            for value in self._args.getlist(key)
        ]
        return [part for value in values for part in value.split(",") if part]

    def choices(self, name: str, allowed: Collection[str]) -> list[str]:
        """The values of a repeated parameter; raises 400 `not_in_list`."""
        values = self.many(name)
        for value in values:
            self._in_list(name, value, allowed)
        return values

    def choice(self, name: str, allowed: Collection[str], default: str = "") -> str:
        value = self.text(name)
        if value:
            self._in_list(name, value, allowed)
        return value or default

    def uuids(self, name: str, *, at_most: int = 0) -> list[str]:
        values = self.many(name)
        for value in values:
            if not ids.is_uuid(value):
                raise bad_parameter(name, f"{name} must be a valid UUID")
        if at_most and len(values) > at_most:
            raise bad_parameter(name, f"{name} must contain at most {at_most} items")
        return [value.lower() for value in values]

    def boolean(self, name: str) -> bool | None:
        """None when absent."""
        value = self.text(name).lower()
        if value in {"", "true", "false"}:
            return None if not value else value == "true"
        raise bad_parameter(name, f"{name} must be a boolean")

    def instant(self, name: str) -> datetime | None:
        """A date-time; a bare date is its first moment."""
        # `+` of an offset that the client did not encode arrives as a space.
        value = self.text(name).replace(" ", "+")
        if not value:
            return None
        try:
            return formats.moment(value)
        except ValueError:
            raise bad_parameter(name, f"{name} must be a valid ISO 8601 date-time") from None

    def day(self, name: str) -> date | None:
        value = self.text(name)
        if not value:
            return None
        try:
            return formats.day(value)
        except ValueError:
            raise bad_parameter(name, f"{name} must be a valid date") from None

    def integer(self, name: str, default: int, *, at_least: int = 1, at_most: int = 0) -> int:
        value = self.text(name)
        if not value:
            return default
        if not (value.isascii() and value.lstrip("-").isdigit()) or int(value) < at_least:
            raise bad_parameter(name, f"{name} must be an integer greater than or equal to {at_least}")
        if at_most and int(value) > at_most:
            raise bad_parameter(name, f"{name} must be less than or equal to {at_most}")
        return int(value)

    def sort(self, allowed: Mapping[str, Collection[str]], default: str) -> tuple[str, bool]:
        """`sort_by=property:order` as (property, descending). `allowed`: orders by property."""
        value = self.text("sort_by") or default
        field, _, order = value.partition(":")
        field, order = field or default.partition(":")[0], order or "desc"
        if order not in allowed.get(field, ()):
            accepted = ", ".join(f"{name}:{way}" for name, ways in allowed.items() for way in ways)
            raise bad_parameter("sort_by", f"sort_by must be one of: {accepted}", code="not_in_list")
        return field, order == "desc"

    def _in_list(self, name: str, value: str, allowed: Collection[str]) -> None:
        if value not in allowed:
            raise bad_parameter(name, f"{name} must be one of: {', '.join(allowed)}", code="not_in_list")


def bad_parameter(name: str, detail: str, *, code: str = "bad_request") -> ApiError:
    return ApiError(400, code, detail, parameter=name)


class Body:
    """A JSON object being read. `prefix` is its place in the whole body, as in `/transfer`."""

    def __init__(self, data: Mapping[str, Any], prefix: str = "") -> None:
        self.data, self.prefix = data, prefix

    @classmethod
    def read(cls, raw: bytes) -> Self:
        if not raw.strip():
            raise ApiError(422, "invalid_body", "invalid_body: EOF")
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise ApiError(422, "invalid_body", f"invalid_body: {error.msg}") from None
        if not isinstance(data, dict):
            raise ApiError(422, "invalid_body", "invalid_body: an object is expected")
        return cls(data)

    def pointer(self, name: str) -> str:
        return f"{self.prefix}/{name}"

    def get(self, name: str, default: Any = None) -> Any:
        return self.data.get(name, default)

    def has(self, name: str) -> bool:
        return self.data.get(name) is not None

    def object(self, name: str) -> "Body":
        """The envelope or nested object `name`; raises 400 when it is absent or something else."""
        value = self._value(name, required=True)
        if not isinstance(value, dict):
            raise ApiError(400, "not_an_object", f"{name} must be an object", pointer=self.pointer(name))
        return Body(value, self.pointer(name))

    def objects(self, name: str, *, at_least: int = 1, at_most: int = 0) -> list["Body"]:
        values = self.array(name, at_least=at_least, at_most=at_most)
        for value in values:
            if not isinstance(value, dict):
                raise ApiError(400, "not_an_object", f"{name} must contain objects", pointer=self.pointer(name))
        return [Body(value, f"{self.pointer(name)}/{index}") for index, value in enumerate(values)]

    def array(self, name: str, *, at_least: int = 0, at_most: int = 0, required: bool = True) -> list[Any]:
        value = self._value(name, required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            raise ApiError(400, "not_an_array", f"{name} must be an array", pointer=self.pointer(name))
        if len(value) < at_least or (at_most and len(value) > at_most):
            detail = f"{name} must contain between {at_least} and {at_most or '∞'} items"
            raise ApiError(400, "bad_request", detail, pointer=self.pointer(name))
        return value

    def text(self, name: str, *, required: bool = True, longest: int = 0, shape: Shape = "list") -> str:
        """A string, `""` when absent and not required. Raises 400 for another type, 422 when too long."""
        value = self._value(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise not_a_string(self.pointer(name))
        if required and not value.strip():
            raise missing(self.pointer(name))
        if longest and len(value) > longest:
            detail = f"{name} is too long (maximum is {longest} characters)"
            raise ApiError(422, "too_long", detail, pointer=self.pointer(name), shape=shape, extra={"status": "422"})
        return value

    def uuid(self, name: str, *, required: bool = True) -> str:
        value = self.text(name, required=required)
        if value and not ids.is_uuid(value):
            raise ApiError(400, "bad_request", f"{name} must be a valid UUID", pointer=self.pointer(name))
        return value.lower()

    def uuids(self, name: str, *, at_least: int = 0, at_most: int = 0, required: bool = False) -> list[str]:
        values = self.array(name, at_least=at_least, at_most=at_most, required=required)
        for value in values:
            if not ids.is_uuid(value):
                raise ApiError(400, "bad_request", f"{name} must contain valid UUIDs", pointer=self.pointer(name))
        return [value.lower() for value in values]

    def choice(self, name: str, allowed: Collection[str], *, required: bool = True) -> str:
        value = self.text(name, required=required)
        if value and value not in allowed:
            detail = f"{name} must be one of: {', '.join(allowed)}"
            raise ApiError(400, "not_in_list", detail, pointer=self.pointer(name))
        return value

    def amount(self, name: str, *, required: bool = True) -> int:
        """A decimal string above zero, in cents."""
        value = self.text(name, required=required)
        if not value:
            return 0
        try:
            cents = formats.cents(value)
        except ValueError:
            cents = 0
        if cents <= 0:
            detail = f"{name} must be a positive decimal with at most 2 decimals"
            raise ApiError(400, "bad_request", detail, pointer=self.pointer(name))
        return cents

    def day(self, name: str, *, required: bool = False) -> date | None:
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            return formats.day(value)
        except ValueError:
            detail = f"{name} must be a valid date (YYYY-MM-DD)"
            raise ApiError(400, "bad_request", detail, pointer=self.pointer(name)) from None

    def boolean(self, name: str, *, default: bool = False) -> bool:
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise ApiError(400, "not_a_boolean", f"{name} must be a boolean", pointer=self.pointer(name))
        return value

    def _value(self, name: str, *, required: bool) -> Any:
        value = self.data.get(name)
        if value is None and required:
            raise missing(self.pointer(name))
        return value
