"""Words of a query to PostgreSQL: it may look and count, and call nothing that reaches outside.

A server's functions can read files, end other connections or wait. So names that stand before a parenthesis are
compared with a list, as SQLite's authorizer does it for a library in a file, and the server's own tables are left out.
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<text>[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")+"|[^\W\d]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<sign>[^$\\"'])""",
    re.VERBOSE | re.DOTALL,
)
_FUNCTIONS = frozenset(
    """abs acos acosh array_agg array_length asin asinh atan atan2 atanh avg bit_count bool_and bool_or btrim cbrt ceil
    ceiling char_length character_length coalesce concat concat_ws corr cos cosh count cume_dist date_part date_trunc
    degrees dense_rank div encode every exp extract first_value floor greatest initcap lag last_value lead least left
    length like ln log log10 loopfind_text lower ltrim make_interval max md5 min mod mode nth_value ntile nullif
    octet_length overlay percent_rank percentile_cont percentile_disc pi position power radians rank regexp_count
    regexp_like replace reverse right round row_number rtrim sign sin sinh split_part sqrt starts_with stddev stddev_pop
    stddev_samp string_agg strpos substr substring sum tan tanh to_char to_date to_hex to_timestamp trim trunc
    unnest upper var_pop var_samp variance width_bucket""".split()  # noqa: SIM905 - a hundred quoted names are harder to read
)
"""Functions that only count with what they are given, and make nothing long of something short."""
_KEYWORDS = frozenset(
    """all and any array as between by case cast cross cube distinct else end except exists filter from full group
    grouping having ilike in inner intersect is join lateral left limit materialized not offset on or order outer over
    partition right rollup row select sets some then union using values when where with within""".split()  # noqa: SIM905
)
"""Words of SQL that a parenthesis may follow."""
_TYPES = frozenset({"bit", "char", "character", "decimal", "numeric", "varchar", "varying", "timestamp", "time"})
_NAMING = frozenset({"as", "with", "recursive"})
"""Words before a name that may have its columns behind it."""
_BEGINNINGS = ("select", "with", "values", "(", "table")
_STRANGE = "?!"
_SERVERS_OWN = ("pg_", "information_schema")


def why_refused(sql: str) -> str:
    """Return why a query is not run, "" for one that may be."""
    tokens = list(_tokens(sql))
    if not tokens or tokens[0] not in _BEGINNINGS:
        return "only SELECT is allowed"
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if token == _STRANGE:
            return "give one SELECT, without dollar quotes, Unicode escapes and comments within comments"
        name = token[1:-1].replace('""', '"') if token.startswith('"') else token
        if name.startswith(_SERVERS_OWN):
            return f"{name} is the server's own"
        called = after == "(" and before not in _NAMING and token not in _KEYWORDS | _TYPES
        if called and (token[0].isalpha() or token[0] in '_"') and name not in _FUNCTIONS:
            return f"the function {name} is not allowed"
    return ""


def _tokens(sql: str) -> Iterator[str]:
    """Yield the words and signs of a query, names that are not quoted in lower case; _STRANGE for what is
    not understood."""
    at = 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        if found is None or ("/*" in found[0][2:] and found[0].startswith("/*")):
            yield _STRANGE
            return
        at = found.end()
        if found["text"]:
            yield "''"
        elif found["name"] and not found["name"].startswith('"'):
            yield _STRANGE if found[0] in "uU" and sql[at : at + 1] == "&" else found[0].lower()
        elif not found["space"]:
            yield found[0]
