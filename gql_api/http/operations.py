"""Running operations, on whatever transport they come: admitted, prepared, executed within their time, and told of."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType

from gql_api.context import Connection, Context
from gql_api.errors import IN_DOUBT_MESSAGE, RequestError, RequestErrorCode, UnavailableError
from gql_api.execution import Compiler, Executable
from gql_api.http.admission import Admission
from gql_api.http.deadline import Deadline, LateError
from gql_api.http.persisted import Documents
from gql_api.http.request import GraphQLRequest
from gql_api.report import OperationReport, Reports, Transport
from gql_api.schema import Schema
from gql_api.schema.prepare import InvalidDocumentError, Rules
from gql_api.schema.prepared import PreparedDocuments
from gql_api.schema.shown_errors import internal, original, refusal, shown


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client is told, on whatever transport."""

    body: dict[str, Any]
    """With `data` when it was executed (GraphQL specification, "Response Format")."""

    @property
    def refused(self) -> RequestErrorCode | None:
        """Why it was not executed; None if it was."""
        return None if "data" in self.body else self.codes[0]

    @property
    def codes(self) -> list[RequestErrorCode]:
        """Those of its errors."""
        return [error["extensions"]["code"] for error in self.body.get("errors", ())]


class Operations:
    def __init__(
        self,
        schema: Schema,
        rules: Rules,
        prepared: PreparedDocuments,
        compiler: Compiler | None,
        documents: Documents,
        admission: Admission,
        reports: Reports,
        timeout: float,
    ) -> None:
        """`timeout` is in seconds, of which waiting is a part."""
        self._schema = schema
        self._prepared = prepared
        self._rules = rules
        self._documents = documents
        self._admission = admission
        self._reports = reports
        self._timeout = timeout
        self._compiler = compiler

    async def run(
        self, request: GraphQLRequest, connection: Connection, transport: Transport, *, safe: bool = False
    ) -> Answer:
        """Run an operation; a query only, when it must be `safe`. When this is cancelled, so is what it does."""
        with self._reports.operation(transport) as report:
            report.principal = connection.principal.name
            answer = await self._answer(request, connection, report, safe=safe)
            report.failed(answer.codes)
            return answer

    async def _answer(
        self, request: GraphQLRequest, connection: Connection, report: OperationReport, *, safe: bool
    ) -> Answer:
        deadline = Deadline(self._timeout)
        try:
            await self._admission.enter(deadline.at)
            try:
                document = self._prepared.find(self._documents.find(request))
                operation = document.chosen(request.operation_name)
                report.type, report.name = operation.type, operation.name
                if safe:
                    _check_safe(operation.node)
                report.cost = self._prepared.check(document, operation, request.variables)
                if not safe:
                    self._documents.remember(request)
                return await self._executed(operation.executable, request, connection, report, deadline)
            finally:
                self._admission.leave()
        except InvalidDocumentError as error:
            return _refused(error.errors)
        except RequestError as error:
            return _refused([refusal(error, connection.request_id)])
        except Exception as error:  # noqa: BLE001 - whatever it is: a client is told by whom it can be looked up, and no more
            return _refused([internal(error, connection.request_id)])

    async def _executed(
        self,
        operation: Executable,
        request: GraphQLRequest,
        connection: Connection,
        report: OperationReport,
        deadline: Deadline,
    ) -> Answer:
        while True:
            context = Context.open(connection)
            context.compiler = self._compiler
            try:
                with deadline:
                    result = await self._schema.run(
                        operation, request.variables, context, suggestions=self._rules.suggestions
                    )
            except LateError:
                return Answer({"data": None, "errors": [_late(context).formatted]})
            finally:
                await context.work.close()
                report.retries += context.retries
            errors = result.errors or []
            # What a query has read nobody has seen yet, and it has changed nothing.
            if not errors or report.retries or report.type != "query" or not any(map(_passes, errors)):
                break
            report.retries += 1
        data, told = result.data, shown(errors, context)
        if data is None and not any(error.path for error in told):
            return _refused(told)
        body: dict[str, Any] = {"data": data}
        if told:
            body["errors"] = [error.formatted for error in told]
        if request.tells_cost:
            body["extensions"] = {"cost": {"requested": report.cost, "maximum": self._rules.limits.cost}}
        return Answer(body)


def _passes(error: GraphQLError) -> bool:
    """Whether the same may do well at once: the connection was lost, to a server that was started anew, say."""
    cause = original(error)
    return isinstance(cause, UnavailableError) and cause.retryable


def _check_safe(operation: OperationDefinitionNode) -> None:
    if operation.operation is not OperationType.QUERY:
        raise RequestError(RequestErrorCode.METHOD_NOT_ALLOWED, "Only queries can be run by GET: use POST.")


def _refused(errors: list[GraphQLError]) -> Answer:
    return Answer({"errors": [error.formatted for error in errors]})


def _late(context: Context) -> GraphQLError:
    extensions: dict[str, Any] = {"code": RequestErrorCode.DEADLINE_EXCEEDED, "requestId": context.request_id}
    message = "This took longer than an operation may, and was stopped. Ask for less at once."
    if context.committed:
        extensions["committed"] = True
        message += f" What it changed is saved: {', '.join(sorted(map(str, context.committed)))}."
    if context.work.committed is None:
        extensions["committed"] = None
        message += f" {IN_DOUBT_MESSAGE}"
    return GraphQLError(message, extensions=extensions)
