"""The description of the API as a page, without a script and without anything from elsewhere."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "code,h2{font-family:ui-monospace,monospace}h2{font-size:1rem;margin:2rem 0 .2rem}"
    "td,th{text-align:left;vertical-align:top;padding:.1rem 1rem .1rem 0}:root{color-scheme:light dark}"
)
_TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The API of loopfind</title><style>{{ style }}</style></head><body>
<h1>The API of loopfind {{ version }}</h1>
<p>The same for programs: <a href="/v1/openapi.json">openapi.json</a>. Errors are <code>application/problem+json</code>.
</p>
{% for one in operations %}<section><h2>{{ one.method }} {{ one.path }}</h2>
<p><b>{{ one.summary }}.</b> {{ one.description }}</p>
{% if one.parameters %}<table>{% for part in one.parameters %}
<tr><th scope="row"><code>{{ part.name }}</code></th><td>{{ part.place }}</td><td>{{ part.words }}</td></tr>
{% endfor %}</table>{% endif %}</section>
{% endfor %}</body></html>
"""


@router.get("/v1/docs")
def api_page(request: Request) -> HTMLResponse:
    """Return the page."""
    from jinja2 import Environment, StrictUndefined

    schema: dict[str, Any] = request.app.openapi()
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_TEMPLATE)
    text = template.render(style=_STYLE, version=schema["info"]["version"], operations=list(_operations(schema)))
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def _operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what can be asked, in the order of the paths."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": one.get("summary", ""),
            "description": one.get("description", ""),
            "parameters": [
                {"name": part["name"], "place": part["in"], "words": part.get("description", "")}
                for part in one.get("parameters", ())
            ],
        }
        for path, methods in schema["paths"].items()
        for method, one in methods.items()
    ]
