"""The service as an ASGI application."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from loopfind.model.version import version
from loopfind.service import pages
from loopfind.service.api import cameras, docs, health, jobs, library, media, results, review, sign_in, uploads
from loopfind.service.cameras import CameraBoard
from loopfind.service.gate import Gate
from loopfind.service.problems import add_problems
from loopfind.service.rates import GUESSES_A_SECOND, MOST_GUESSES, Rates
from loopfind.service.settings import ServiceSettings
from loopfind.service.state import opened_service

API_ROUTERS = tuple(
    part.router for part in (health, sign_in, uploads, jobs, results, library, media, review, cameras, docs)
)


def create_app(settings: ServiceSettings, board: CameraBoard | None = None) -> FastAPI:
    """Return the service. The library is opened at once, and closed as the service ends. board: of the cameras that are
    followed beside it; without one there are none.

    Raises LibraryError for a library that cannot be used, and OSError where its folders cannot be made.
    """
    service = opened_service(settings, board)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            service.library.close()

    # The page of FastAPI for the API loads scripts from elsewhere.
    app = FastAPI(
        title="loopfind",
        version=version(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        lifespan=lifespan,
    )
    app.state.service, app.state.guesses = service, Rates(GUESSES_A_SECOND, MOST_GUESSES)
    add_problems(app)
    app.add_middleware(Gate, service=service, guesses=app.state.guesses)
    for router in (*API_ROUTERS, pages.router):
        app.include_router(router)
    return app
