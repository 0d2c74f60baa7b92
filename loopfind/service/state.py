"""The service as its requests see it: settings, library, jobs."""

import os
from dataclasses import dataclass

from fastapi import Request

from loopfind.service.settings import ServiceSettings
from loopfind.stores.jobs import Jobs
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library


@dataclass(frozen=True)
class Service:
    """The settings of a service, the library that it opened, and the jobs in it."""

    settings: ServiceSettings
    library: Library
    jobs: Jobs

    def results_of(self, results: str) -> str:
        """Return the folder of the results of a job, by its name."""
        return os.path.join(self.settings.data, "results", results)


def opened_service(settings: ServiceSettings) -> Service:
    """Open the library, which is made if it is not there, and make the folders of uploads and results.

    Raises LibraryError, and OSError where the folders cannot be made.
    """
    for name in ("uploads", "results"):
        os.makedirs(os.path.join(settings.data, name), mode=0o700, exist_ok=True)
    library = open_library(settings.library)
    return Service(settings, library, Jobs(library.connections))


def service_of(request: Request) -> Service:
    """Return the service that a request came to, for FastAPI's Depends."""
    service: Service = request.app.state.service
    return service
