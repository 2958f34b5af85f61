# SPDX-License-Identifier: LGPL-2.1-or-later
"""The errors, under the names that this field gives them. Each is a GLib.Error too, with the domain and the code of the library."""

from gi.repository import Dheera, GLib

_DOMAIN = GLib.quark_to_string(Dheera.error_quark())


class APIError(GLib.Error):
    """What all of them are, and what is raised where no other name fits.

    `message` says what went wrong and what to do, `details` is the Dheera.ErrorDetails or None. `domain` and `code` are GLib's, as matches() wants
    them; the provider's own code is details.get_provider_code(). `status_code` is the HTTP status that came, or where none did, the one that this kind
    of error usually has, and `body` the beginning of what the provider sent, or None. All but `details` goes along to another process.
    """

    _status = 500
    _code = Dheera.Error.FAILED

    def __init__(self, message='', llm_provider=None, model=None, *, code=None, details=None):
        super().__init__(message, _DOMAIN, int(self._code if code is None else code))
        self.details = details
        status = details.get_status() if details is not None else 0
        self.status_code = status if status >= 400 else self._status
        self.body = details and details.get_body()
        self.request_id = details and details.get_request_id()
        self.param = details and details.get_param()
        self.llm_provider = llm_provider or (details and details.get_provider()) or ''
        self.model = model or (details and details.get_model()) or ''

    def __str__(self):
        return self.message

    def __repr__(self):
        return f'{type(self).__name__}({self.message!r})'

    def __reduce__(self):
        return type(self), (self.message,), {name: value for name, value in self.__dict__.items() if name != 'details'}

    def __copy__(self):
        other = type(self)(self.message)
        other.__dict__.update(self.__dict__)
        return other

    def __deepcopy__(self, _memo):
        return self.__copy__()


class BadRequestError(APIError):
    _status, _code = 400, Dheera.Error.INVALID_REQUEST


class UnsupportedParamsError(BadRequestError):
    _code = Dheera.Error.UNSUPPORTED_PARAMETER


class ContextWindowExceededError(BadRequestError):
    _code = Dheera.Error.CONTEXT_LENGTH_EXCEEDED


class ContentPolicyViolationError(BadRequestError):
    _code = Dheera.Error.CONTENT_POLICY


class UnprocessableEntityError(BadRequestError):
    _status = 422


class AuthenticationError(APIError):
    _status, _code = 401, Dheera.Error.AUTHENTICATION


class PermissionDeniedError(APIError):
    _status, _code = 403, Dheera.Error.PERMISSION


class NotFoundError(APIError):
    _status, _code = 404, Dheera.Error.NOT_FOUND


class ConflictError(APIError):
    _status, _code = 409, Dheera.Error.CONFLICT


class RateLimitError(APIError):
    """Too many requests for now, or, with the code QUOTA, for good"""
    _status, _code = 429, Dheera.Error.RATE_LIMIT


class BudgetExceededError(APIError):
    _status, _code = 429, Dheera.Error.BUDGET_EXCEEDED


class InternalServerError(APIError):
    _code = Dheera.Error.SERVER


class BadGatewayError(InternalServerError):
    _status = 502


class ServiceUnavailableError(APIError):
    _status, _code = 503, Dheera.Error.OVERLOADED


class APIConnectionError(APIError):
    """No connection, TLS or proxy, or it broke: before the answer, or in the middle of it"""
    _code = Dheera.Error.CONNECTION


class Timeout(APIConnectionError):
    _status, _code = 408, Dheera.Error.TIMEOUT


class APIResponseValidationError(APIError):
    _code = Dheera.Error.PROTOCOL


class JSONSchemaValidationError(APIResponseValidationError):
    _code = Dheera.Error.INVALID_OUTPUT


APITimeoutError = Timeout

_CLASSES = {
    Dheera.Error.INVALID_REQUEST: BadRequestError,
    Dheera.Error.UNSUPPORTED_PARAMETER: UnsupportedParamsError,
    Dheera.Error.NOT_SUPPORTED: BadRequestError,
    Dheera.Error.CONTEXT_LENGTH_EXCEEDED: ContextWindowExceededError,
    Dheera.Error.CONTENT_POLICY: ContentPolicyViolationError,
    Dheera.Error.AUTHENTICATION: AuthenticationError,
    Dheera.Error.PERMISSION: PermissionDeniedError,
    Dheera.Error.QUOTA: RateLimitError,
    Dheera.Error.NOT_FOUND: NotFoundError,
    Dheera.Error.CONFLICT: ConflictError,
    Dheera.Error.REQUEST_TOO_LARGE: BadRequestError,
    Dheera.Error.RATE_LIMIT: RateLimitError,
    Dheera.Error.OVERLOADED: ServiceUnavailableError,
    Dheera.Error.TIMEOUT: Timeout,
    Dheera.Error.SERVER: InternalServerError,
    Dheera.Error.CONNECTION: APIConnectionError,
    Dheera.Error.TLS: APIConnectionError,
    Dheera.Error.PROXY: APIConnectionError,
    Dheera.Error.STREAM_INTERRUPTED: APIConnectionError,
    Dheera.Error.PROTOCOL: APIResponseValidationError,
    Dheera.Error.INVALID_OUTPUT: JSONSchemaValidationError,
    Dheera.Error.UNKNOWN_MODEL: BadRequestError,
    Dheera.Error.BUDGET_EXCEEDED: BudgetExceededError,
}
# One code of the library, and more than one name
_BY_STATUS = {
    (Dheera.Error.INVALID_REQUEST, 422): UnprocessableEntityError,
    (Dheera.Error.SERVER, 502): BadGatewayError,
    (Dheera.Error.SERVER, 503): ServiceUnavailableError,
}


def from_glib(error):
    """The error under its name. What is not the library's own, such as the cancelling of a call, stays what it is."""
    if isinstance(error, APIError) or error.domain != _DOMAIN:
        return error
    details = getattr(error, 'details', None)
    code = Dheera.Error(error.code)
    status = details.get_status() if details is not None else 0
    cls = _BY_STATUS.get((code, status)) or _CLASSES.get(code, APIError)
    return cls(error.message, code=code, details=details)


class Translated:
    """Errors that leave a block with this have the names of this module."""

    def __enter__(self):
        return self

    def __exit__(self, _type, error, _traceback):
        if isinstance(error, GLib.Error):
            named = from_glib(error)
            if named is not error:
                raise named from None


__all__ = [name for name, value in list(globals().items()) if isinstance(value, type) and issubclass(value, GLib.Error)]
