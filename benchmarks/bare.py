"""The least that answers a page with uvicorn and FastAPI, the yardstick of `benchmarks.start`."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def hello() -> dict[str, str]:
    """Answer something."""
    return {"hello": "world"}
