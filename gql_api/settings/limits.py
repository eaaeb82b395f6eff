"""Settings: how much one request, and all together, may take."""

from pydantic_settings import BaseSettings

from gql_api.settings.field import setting


class LimitSettings(BaseSettings):
    operation_timeout: float = setting(
        10.0,
        "each worker",
        "Seconds that an operation may take. Then its statement is cancelled, and it answers `DEADLINE_EXCEEDED`.",
        gt=0,
        allow_inf_nan=False,
    )
    max_operations: int = setting(
        50, "each worker", "Operations that run at the same time; others wait.", ge=1, le=10_000
    )
    max_waiting: int = setting(
        200, "each worker", "Operations that wait for their turn; more are refused with `OVERLOADED`.", ge=0, le=100_000
    )
    max_connections: int = setting(
        800, "each worker", "Open network connections; more are closed at once.", ge=1, le=100_000
    )
    request_timeout: float = setting(
        10.0,
        "each worker",
        "Seconds that a request's head has to arrive, then its body, and that a client has to take what is sent to it.",
        gt=0,
        allow_inf_nan=False,
    )
    idle_timeout: float = setting(
        65.0, "each worker", "Seconds that a connection may stay open between requests.", gt=0, allow_inf_nan=False
    )
    max_head_size: int = setting(
        32_768, "each worker", "Bytes of a request's first line and headers.", ge=1_000, le=1_000_000
    )
    max_body_size: int = setting(
        2_000_000,
        "all workers",
        "Bytes of a request's body, also when it is unpacked, and of a WebSocket's message.",
        ge=1,
        le=1_000_000_000,
    )
    max_tokens: int = setting(5_000, "all workers", "Tokens of a document: names, brackets, values.", ge=1)
    max_depth: int = setting(15, "all workers", "Fields within fields.", ge=1, le=100)
    max_aliases: int = setting(50, "all workers", "Aliases, counted wherever a fragment brings them.", ge=0)
    max_root_fields: int = setting(20, "all workers", "Fields at the root of an operation.", ge=1)
    max_directives: int = setting(
        50, "all workers", "Directives in a document, or on what an operation executes.", ge=0
    )
    max_fragments: int = setting(
        100, "all workers", "Fragments that a document defines, or spreads while it is executed.", ge=0
    )
    # Beyond what any argument takes, so that what is a little too long is told by the argument, as data in a form.
    max_list_size: int = setting(2_000, "all workers", "Elements of a list that is sent.", ge=1)
    max_values: int = setting(50_000, "all workers", "Values in all variables together, nested ones included.", ge=1)
    max_values_depth: int = setting(
        32, "all workers", "Objects and lists within each other in variables and values.", ge=1, le=100
    )
    max_cost: int = setting(
        120_000, "all workers", "Points of an operation: its fields times the sizes of the pages they are on.", ge=1
    )
    socket_init_timeout: float = setting(
        10.0, "each worker", "Seconds that a WebSocket has for its `connection_init`.", gt=0, allow_inf_nan=False
    )
    max_sockets: int = setting(500, "each worker", "Open WebSockets; more are refused.", ge=0)
    max_socket_operations: int = setting(
        20, "each worker", "Operations that run on one WebSocket at the same time.", ge=1, le=10_000
    )
