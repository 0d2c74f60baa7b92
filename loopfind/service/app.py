"""The service as an ASGI application."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from loopfind.model.version import version
from loopfind.service import pages
from loopfind.service.api import health, jobs
from loopfind.service.problems import add_problems
from loopfind.service.settings import ServiceSettings
from loopfind.service.state import opened_service

API_ROUTERS = (health.router, jobs.router)


def create_app(settings: ServiceSettings) -> FastAPI:
    """Return the service. The library is opened as it starts, and closed as it ends.

    Raises LibraryError for a library that cannot be used, and OSError where its folders cannot be made.
    """
    service = opened_service(settings)

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
    app.state.service = service
    add_problems(app)
    for router in (*API_ROUTERS, pages.router):
        app.include_router(router)
    return app
