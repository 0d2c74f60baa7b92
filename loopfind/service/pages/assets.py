"""Style and scripts of the pages, from the package itself."""

from fastapi import APIRouter
from starlette.responses import Response

from loopfind.service.pages.frame import ASSETS, asset_bytes, asset_mark
from loopfind.service.refusals import Refused

router = APIRouter(include_in_schema=False)


@router.get("/static/{mark}/{name}")
def asset(mark: str, name: str) -> Response:
    """Return an asset; browsers keep it, as another content has another mark."""
    if name not in ASSETS or mark != asset_mark(name):
        raise Refused(404, "there is no such file")
    kept = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(asset_bytes(name), 200, kept, ASSETS[name][2])
