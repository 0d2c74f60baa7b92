"""The service: a library asked over HTTP, with jobs that workers do. The extra `serve` brings what it needs."""
