"""The pages of the service, for people: each route gives HTML, made of the same Python functions as the API."""

from fastapi import APIRouter

from loopfind.service.pages import assets, cameras, jobs, library, review, sign_in, start

router = APIRouter(include_in_schema=False)
for part in (start, jobs, library, review, cameras, sign_in, assets):
    router.include_router(part.router)
