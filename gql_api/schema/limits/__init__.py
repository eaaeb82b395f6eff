"""Limits: what a document, its variables and its execution may take, told before anything is executed.

In the order of use: `parse`, `check_document`, `check_variables`, `measure`, `validate`. Each takes time in proportion
to what is sent, whatever it is; so does `validate`, but for fragments that bring too many fields together: these it
refuses.
"""

from gql_api.schema.limits.bounds import Limits
from gql_api.schema.limits.cost import observed
from gql_api.schema.limits.document import check_document, parse
from gql_api.schema.limits.measure import Measure, measure
from gql_api.schema.limits.validation import validate
from gql_api.schema.limits.variables import check_variables

__all__ = ["Limits", "Measure", "check_document", "check_variables", "measure", "observed", "parse", "validate"]
