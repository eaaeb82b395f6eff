"""Settings: who may ask, from where, and what."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from gql_api.settings.field import listed, setting


def _sendable(token: SecretStr) -> SecretStr:
    """Refuse what cannot be sent as a bearer token (RFC 6750, 2.1), and so would keep everybody out."""
    if not re.fullmatch("[A-Za-z0-9._~+/-]+=*", token.get_secret_value()):
        raise ValueError("tokens have letters, digits and -._~+/ only")
    return token


class AccessSettings(BaseSettings):
    tokens: Annotated[
        tuple[Annotated[SecretStr, AfterValidator(_sendable)], ...], NoDecode, BeforeValidator(listed)
    ] = setting(
        (),
        "all workers",
        "Bearer tokens, one of which every request needs, with commas between: a new one beside the old while clients "
        "change over.",
        shown="none: everybody may",
    )
    public: bool = setting(
        False,
        "all workers",
        "Let `serve` listen on more than this machine without a token: everybody who reaches the port may then change "
        "everything.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)] = setting(
        (),
        "all workers",
        "Origins whose pages may call the API from a browser, with commas between: `https://app.example.com`. For HTTP "
        "and WebSocket.",
        shown="none but its own",
    )
    rate_limit: str = setting(
        "",
        "all workers",
        "How often one client (by token, else by address) may ask: `100/second; 5000/hour`.",
        shown="without limit",
    )
    rate_limit_storage: str = setting(
        "async+memory://",
        "all workers",
        "Where requests are counted, as the library `limits` writes it: `async+redis://host:6379`. In memory each "
        "worker counts for itself, so that all together let through that many times more.",
    )
    persisted_queries: int = setting(
        1_000,
        "each worker",
        "How many automatically persisted queries (Apollo's protocol) are remembered, the longest unused forgotten "
        "first; 0 for none.",
        ge=0,
        le=100_000,
    )
    trusted_documents: Path | None = setting(
        None,
        "all workers",
        "A manifest of documents that clients may ask for by hash: the `persisted-documents.json` of GraphQL Code "
        "Generator.",
        shown="none",
    )
    trusted_only: bool = setting(
        False, "all workers", "Refuse every document that is not in `GQL_API_TRUSTED_DOCUMENTS`."
    )
    cache_max_age: int = setting(
        0,
        "all workers",
        "Seconds that a browser may keep the answer to a persisted GET without asking again; 0 to ask with its ETag "
        "each time.",
        ge=0,
    )
