"""The service as its requests see it: settings, library, jobs, figures, cameras."""

import os
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from loopfind.service.audit import AuditLog
from loopfind.service.cameras import CameraBoard
from loopfind.service.figures import Figures
from loopfind.service.folders import RESULT_FOLDER, UPLOAD_FOLDER, audit_path, make_folders
from loopfind.service.settings import ServiceSettings
from loopfind.service.uploads import UploadFolder
from loopfind.stores.jobs import Jobs
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library


@dataclass(frozen=True)
class Service:
    """The settings of a service, the library that it opened, the jobs in it, and the cameras that are followed."""

    settings: ServiceSettings
    library: Library
    jobs: Jobs
    uploads: UploadFolder
    audit: AuditLog
    cameras: CameraBoard
    figures: Figures = field(default_factory=Figures)

    def results_of(self, results: str) -> str:
        """Return the folder of the results of a job, by its name."""
        return os.path.join(self.settings.data, RESULT_FOLDER, results)


def opened_service(settings: ServiceSettings, board: CameraBoard | None = None) -> Service:
    """Open the library, which is made if it is not there, and make the folders of uploads and results. board: of the
    cameras, None for none.

    Raises LibraryError, and OSError where the folders cannot be made.
    """
    make_folders(settings.data)
    library = open_library(settings.library)
    uploads = UploadFolder(os.path.join(settings.data, UPLOAD_FOLDER), settings)
    audit, cameras = AuditLog(audit_path(settings.data)), CameraBoard() if board is None else board
    return Service(settings, library, Jobs(library.connections), uploads, audit, cameras)


def service_of(request: Request) -> Service:
    """Return the service that a request came to, for FastAPI's Depends."""
    service: Service = request.app.state.service
    return service


TheService = Annotated[Service, Depends(service_of)]
"""The type of an argument that takes the service of a request."""
