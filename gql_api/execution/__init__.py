"""Operations compiled to Python: a function that does what the specification says for one operation, and nothing else.

graphql-core walks an operation anew for each object of an answer. Here it is walked once, and what is known then is
written down as code (`plan`, `source`); each execution runs that (`run`, `waiting`). It is plugged in by the class of
the executor (`executor`), and what is not compiled goes to graphql-core.
"""

from gql_api.execution.coercion import Coercions
from gql_api.execution.compiler import COMPILED, Compiled, Compiler
from gql_api.execution.declared import Derived, Relation, instances_of
from gql_api.execution.executable import Executable
from gql_api.execution.executor import Compiling
from gql_api.execution.plan import Plan

__all__ = [
    "COMPILED",
    "Coercions",
    "Compiled",
    "Compiler",
    "Compiling",
    "Derived",
    "Executable",
    "Plan",
    "Relation",
    "instances_of",
]
