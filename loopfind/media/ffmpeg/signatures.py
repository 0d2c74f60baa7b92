"""Signed addresses, taken out of what ffmpeg is asked and of what it says."""

import re

_QUERY = re.compile(r"\?(?=[^\s'\"]*(?:X-Amz-|AWSAccessKeyId=|Signature=))[^\s'\"]*", re.IGNORECASE)


def unsigned(text: str) -> str:
    """Return a text in which no address has a query that signs it: whoever has that may read what it is of."""
    return _QUERY.sub("", text) if "?" in text else text
