"""The pages of the service, for people: each route gives HTML, made of the same Python functions as the API."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse

router = APIRouter(include_in_schema=False)


@router.get("/")
def first_page() -> RedirectResponse:
    """Lead to what the API offers."""
    return RedirectResponse("/v1/jobs", 303)
