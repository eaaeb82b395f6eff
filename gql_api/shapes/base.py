"""What all shapes share."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A plain value that travels between the rooms. Rows become shapes by their attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Entity(Shape):
    """A row with an identity."""

    id: int


class NamedEntity(Entity):
    """An entity whose name no other of its kind has, without regard to case."""

    name: str
