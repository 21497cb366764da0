"""What a field of a request may be, as its description says it: everything has an end, no text a sign that nothing keeps."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from newsletter.web.visits import LARGEST_NUMBER

# PostgreSQL refuses NUL in a text.
NO_NUL = r"^[^\x00]*$"

Line = Annotated[str, Field(max_length=1_000, pattern=NO_NUL)]
Words = Annotated[str, Field(max_length=10_000, pattern=NO_NUL)]
# As long as an article may be.
Article = Annotated[str, Field(max_length=2_000_000, pattern=NO_NUL)]
Number = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
Count = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
# With its offset or a Z.
Moment = AwareDatetime


class Given(BaseModel):
    """A body of a request: what it does not name is refused, so that a mistyped name is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """A body of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
