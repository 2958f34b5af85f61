# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the readers of all protocols share: texts and numbers, server-sent events, and what an error means (read_recording.py has the whole)."""

import json
import re


# --- Texts and numbers --------------------------------------------------------------------------------------------------------------

def join(pieces):
    """Pieces of one text. Half a surrogate pair finds its other half in the next piece, or becomes U+FFFD; so does NUL."""
    text = ''.join(piece for piece in pieces if isinstance(piece, str))
    text = text.encode('utf-16-le', 'surrogatepass').decode('utf-16-le', 'replace')
    return text.replace('\0', '\ufffd')


def integer(value):
    """A counter: also one that was sent as a float or as a text; -1 for anything else."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return -1
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return -1
    return int(value)


# --- Server-sent events -------------------------------------------------------------------------------------------------------------

LINE_END = re.compile(rb'\r\n|\n|\r')


def lines(data):
    """(line, offset behind the line without its end)"""
    position = 0
    while position < len(data):
        match = LINE_END.search(data, position)
        stop = match.start() if match else len(data)
        yield data[position:stop], stop
        position = match.end() if match else len(data)


def events(data):
    """(type, data, offset behind the last line of the data). A last event whose blank line is missing is taken, as proxies cut it off."""
    if data.startswith(b'\xef\xbb\xbf'):
        data = b'   ' + data[3:]
    kind, parts, end = 'message', [], 0
    for line, stop in lines(data):
        if not line.strip(b' ') and line == b'':
            if parts:
                yield kind, '\n'.join(parts), end
            kind, parts = 'message', []
            continue
        if line.startswith(b':'):
            continue
        name, _, value = line.decode('utf-8', 'replace').partition(':')
        value = value[1:] if value.startswith(' ') else value
        if name == 'data':
            parts.append(value)
            end = stop
        elif name == 'event':
            kind = value
        elif name == 'error':
            yield 'error', value, stop
    if parts:
        yield kind, '\n'.join(parts), end


# --- Failures -----------------------------------------------------------------------------------------------------------------------

class Failure(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code
        self.choices = []


CODES = {
    'context-length-exceeded': 'context_length_exceeded exceed_context_size_error',
    'content-policy': 'content_filter content_policy_violation invalid_prompt responsibleaipolicyviolation bio_policy image_content_policy_violation',
    'authentication': 'invalid_api_key api_key_invalid authentication_error invalid_authentication_error unauthenticated',
    'quota': 'insufficient_quota billing_hard_limit_reached credit_balance_exhausted billing_error',
    'rate-limit': 'rate_limit_exceeded rate_limit_error rate_limited slow_down too_many_requests resource_exhausted',
    'not-found': 'model_not_found deploymentnotfound not_found_error not_found',
    'unsupported-parameter': 'unsupported_parameter unsupported_value unknown_parameter extra_forbidden not_supported_error',
    'permission': 'permission_error permission_denied',
    'request-too-large': 'request_too_large',
    'overloaded': 'overloaded_error service_unavailable_error server_is_overloaded unavailable_error unavailable',
    'timeout': 'timeout_error deadline_exceeded',
    'invalid-request': 'tool_use_failed',
}
WIDE_CODES = {
    'invalid-request': 'invalid_request_error invalid_value invalid_argument failed_precondition out_of_range',
    'server': 'server_error api_error internal_server_error network_error internal unknown',
}
CONTEXT = re.compile('|'.join((
    r'maximum context length is', r'exceeds the context window', r'context_length_exceeded', r'prompt is too long',
    r'input is too long for requested model', r'input token count.*exceeds the maximum', r'maximum prompt length is',
    r'reduce the length of the messages', r'too large for model with .*maximum context length', r'exceeded model token limit',
    r'context window exceeds limit', r'exceeds the available context size', r'greater than the context length',
    r'prompt too long; exceeded', r'context length is only', r'input length.*exceeds.*context length', r'too many tokens',
    r'token count exceeds', r"model's maximum context limit", r'exceed context limit', r"is longer than the model's context length",
    r'string too long\. expected a string with maximum length')), re.I | re.S)
POLICY = re.compile('content_policy_violation|invalid prompt.*violating our usage policy|rejected as a result of the safety system|'
                    'responsibleaipolicyviolation', re.I | re.S)
QUOTA = re.compile('insufficient_quota|quota exceeded|credit balance', re.I)
RATE = re.compile('rate limit|service tier capacity exceeded|too many requests', re.I)
KEY = re.compile('api key not valid|incorrect api key|invalid api key', re.I)
MINIMAX = {
    'server': (1000, 1024, 1033), 'timeout': (1001,), 'rate-limit': (1002, 1041, 2045, 2056), 'authentication': (1004, 2049),
    'quota': (1008,), 'content-policy': (1026, 1027), 'context-length-exceeded': (1039,), 'invalid-request': (1042, 2013),
}
STATUSES = {
    401: 'authentication', 402: 'quota', 403: 'permission', 404: 'not-found', 408: 'timeout', 409: 'conflict', 410: 'not-found',
    413: 'request-too-large', 424: 'server', 429: 'rate-limit', 501: 'not-supported', 503: 'overloaded', 504: 'timeout', 524: 'timeout',
    529: 'overloaded',
}


def of_table(table, words):
    for word in words:
        for code, known in table.items():
            if isinstance(word, str) and word.lower() in known.split():
                return code
    return None


def first(*values):
    return next((value for value in values if value not in (None, '', {}, [])), None)


def error_words(value):
    """message, the words that may name what happened, the number in base_resp"""
    if isinstance(value, list):
        value = value[0] if value else {}
    if not isinstance(value, dict):
        return value if isinstance(value, str) else '', [], 0
    error = value.get('error')
    inner = error if isinstance(error, dict) else {}
    base = value.get('base_resp') if isinstance(value.get('base_resp'), dict) else {}
    detail = value.get('detail')
    if isinstance(detail, list):
        detail = '; '.join(str(part.get('msg')) if isinstance(part, dict) else str(part) for part in detail)
    several = value.get('errors') if isinstance(value.get('errors'), list) else []
    other = several[0] if several and isinstance(several[0], dict) else {}
    message = first(inner.get('message'), error if isinstance(error, str) else None, value.get('message'), detail, base.get('status_msg'),
                    other.get('message'))
    raw = (inner.get('metadata') or {}).get('raw') if isinstance(inner.get('metadata'), dict) else None
    nested = first(inner.get('innererror'), inner.get('inner_error'))
    words = [nested.get('code') if isinstance(nested, dict) else None, inner.get('status'), inner.get('code'), value.get('code'),
             inner.get('type'), value.get('type')]
    message = message if isinstance(message, str) else json.dumps(message) if message else ''
    return message + (f': {raw}' if isinstance(raw, str) else ''), words, integer(base.get('status_code'))


def classify(status, value):
    message, words, number = error_words(value)
    for code, numbers in MINIMAX.items():
        if number in numbers:
            return code
    if status == 200:
        status = next((int(word) for word in words if re.fullmatch('[45][0-9][0-9]', str(word))), 0)
    exact = of_table(CODES, words)
    if exact:
        return exact
    refused = status in (0, 400, 413, 422)
    if refused and CONTEXT.search(message):
        return 'context-length-exceeded'
    if status in (0, 400, 413, 422, 429, 500):
        if POLICY.search(message):
            return 'content-policy'
        if QUOTA.search(message) and (status == 429 or refused and not re.search('quota exceeded', message, re.I)):
            return 'quota'
        if RATE.search(message):
            return 'rate-limit'
        if KEY.search(message):
            return 'authentication'
    if status:
        return STATUSES.get(status, 'server' if status >= 500 else 'invalid-request' if status >= 400 else 'failed')
    return of_table(WIDE_CODES, words) or 'stream-error'


def is_error(value):
    """Does an answer with status 200 say that it is a failure?"""
    if isinstance(value, list):
        return bool(value) and is_error(value[0])
    if not isinstance(value, dict):
        return False
    base = value.get('base_resp')
    if value.get('error') or isinstance(base, dict) and integer(base.get('status_code')) > 0:
        return True
    if isinstance(value.get('choices'), list):
        return False
    if value.get('object') == 'error' or value.get('type') == 'error':
        return True
    known = any(value.get(key) is not None for key in ('object', 'usage', 'x_groq'))
    return not known and error_words(value)[0] != ''


def parse(text):
    def refuse(constant):
        raise ValueError(constant)

    try:
        return json.loads(text, parse_constant=refuse)
    except ValueError:
        raise Failure('protocol') from None


def refused(recording, data):
    """Of an answer with an error status: the Failure that it stands for, else None"""
    status = recording['response']['status']
    if 200 <= status < 300:
        return None
    try:
        value = json.loads(data)
    except ValueError:
        value = data.decode('utf-8', 'replace')
    return Failure(classify(status, value))
