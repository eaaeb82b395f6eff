/** A category's tasks, as an app with Relay shows and changes them. */

import { useDeferredValue, useState } from "react";
import {
  graphql,
  useFragment,
  useLazyLoadQuery,
  useMutation,
  usePaginationFragment,
  useRefetchableFragment,
} from "react-relay";

import type { TaskList_category$key } from "./__generated__/TaskList_category.graphql";
import type { TaskList_refusal$key } from "./__generated__/TaskList_refusal.graphql";
import type { TaskList_task$key } from "./__generated__/TaskList_task.graphql";
import type { TaskListClearMutation } from "./__generated__/TaskListClearMutation.graphql";
import type { TaskListCreateMutation } from "./__generated__/TaskListCreateMutation.graphql";
import type { TaskListDeleteMutation } from "./__generated__/TaskListDeleteMutation.graphql";
import type { TaskListPageQuery } from "./__generated__/TaskListPageQuery.graphql";
import type { TaskListQuery } from "./__generated__/TaskListQuery.graphql";
import type { TaskListTaskQuery } from "./__generated__/TaskListTaskQuery.graphql";
import type { TaskListUpdateMutation } from "./__generated__/TaskListUpdateMutation.graphql";

export function TaskList(props: { categoryId: string; pageSize: number }) {
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed);
  const { category } = useLazyLoadQuery<TaskListQuery>(
    graphql`
      query TaskListQuery($categoryId: ID!, $pageSize: Int!, $search: String!) {
        category(by: { id: $categoryId }) {
          ...TaskList_category @arguments(count: $pageSize, search: $search)
        }
      }
    `,
    { ...props, search },
  );
  return (
    <>
      <input placeholder="Search" value={typed} onChange={(event) => setTyped(event.target.value)} />
      {category && <Tasks category={category} pageSize={props.pageSize} />}
    </>
  );
}

function Tasks(props: { category: TaskList_category$key; pageSize: number }) {
  const { data, hasNext, loadNext } = usePaginationFragment<TaskListPageQuery, TaskList_category$key>(
    graphql`
      fragment TaskList_category on Category
      @refetchable(queryName: "TaskListPageQuery")
      @argumentDefinitions(
        count: { type: "Int", defaultValue: 20 }
        cursor: { type: "String" }
        search: { type: "String", defaultValue: "" }
      ) {
        id
        tasksConnection(first: $count, after: $cursor, filter: { search: $search })
          @connection(key: "TaskList_tasksConnection", filters: ["filter"]) {
          __id
          edges {
            node {
              id
              ...TaskList_task
            }
          }
        }
      }
    `,
    props.category,
  );
  const { __id: list, edges } = data.tasksConnection;
  return (
    <>
      <ul>
        {edges
          .filter(({ node }) => node) // that of a deleted task is gone
          .map(({ node }) => (
            <Task key={node.id} task={node} />
          ))}
      </ul>
      <ClearCompleted categoryId={data.id} />
      {hasNext && <button onClick={() => loadNext(props.pageSize)}>More</button>}
      <NewTask categoryId={data.id} list={list} />
    </>
  );
}

function Task(props: { task: TaskList_task$key }) {
  const [task, refetch] = useRefetchableFragment<TaskListTaskQuery, TaskList_task$key>(
    graphql`
      fragment TaskList_task on Task @refetchable(queryName: "TaskListTaskQuery") {
        id
        title
        completed
        version
      }
    `,
    props.task,
  );
  const [update, updating] = useMutation<TaskListUpdateMutation>(graphql`
    mutation TaskListUpdateMutation($id: ID!, $patch: TaskPatch!, $expectedVersion: Int) {
      updateTask(id: $id, patch: $patch, expectedVersion: $expectedVersion) {
        ... on TaskSuccess {
          task {
            ...TaskList_task
          }
        }
        ... on VersionConflictError {
          current {
            ...TaskList_task @alias(as: "task")
          }
        }
        ...TaskList_refusal @alias(as: "refusal")
      }
    }
  `);
  const [remove, removing] = useMutation<TaskListDeleteMutation>(graphql`
    mutation TaskListDeleteMutation($id: ID!) {
      deleteTask(id: $id) {
        ... on DeleteTaskSuccess {
          deletedId @deleteRecord
        }
        ...TaskList_refusal @alias(as: "refusal")
      }
    }
  `);
  const [outcome, setOutcome] = useState<Outcome>();
  const change = () =>
    update({
      variables: { id: task.id, patch: { completed: !task.completed }, expectedVersion: task.version },
      onCompleted: ({ updateTask }, errors) => setOutcome({ refusal: updateTask?.refusal, failed: errors != null }),
      onError: () => setOutcome({ failed: true }),
    });
  const leave = () =>
    remove({
      variables: { id: task.id },
      onCompleted: ({ deleteTask }, errors) => setOutcome({ refusal: deleteTask?.refusal, failed: errors != null }),
      onError: () => setOutcome({ failed: true }),
    });
  return (
    <li>
      <span>{task.completed ? `✓ ${task.title}` : task.title}</span>
      <button disabled={updating} onClick={change}>
        Done
      </button>
      <button disabled={removing} onClick={leave}>
        Delete
      </button>
      <button onClick={() => refetch({}, { fetchPolicy: "network-only" })}>Refresh</button>
      <Refusal {...outcome} />
    </li>
  );
}

/** Deletes all that are done, or none: more than `atMost` of them are a refusal. */
function ClearCompleted({ categoryId }: { categoryId: string }) {
  const [outcome, setOutcome] = useState<Outcome>();
  const [clear, clearing] = useMutation<TaskListClearMutation>(graphql`
    mutation TaskListClearMutation($where: TaskSelection!) {
      deleteTasks(where: $where, atMost: 100) {
        ... on DeleteTasksSuccess {
          deletedIds @deleteRecord
        }
        ...TaskList_refusal @alias(as: "refusal")
      }
    }
  `);
  const send = () =>
    clear({
      variables: { where: { filter: { completed: true, category: { is: { id: { eq: categoryId } } } } } },
      onCompleted: ({ deleteTasks }, errors) => setOutcome({ refusal: deleteTasks?.refusal, failed: errors != null }),
      onError: () => setOutcome({ failed: true }),
    });
  return (
    <>
      <button disabled={clearing} onClick={send}>
        Clear
      </button>
      <Refusal {...outcome} />
    </>
  );
}

function NewTask({ categoryId, list }: { categoryId: string; list: string }) {
  const [title, setTitle] = useState("");
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [outcome, setOutcome] = useState<Outcome>();
  const [create, creating] = useMutation<TaskListCreateMutation>(graphql`
    mutation TaskListCreateMutation($input: CreateTaskInput!, $idempotencyKey: String!, $lists: [ID!]!) {
      createTask(input: $input, idempotencyKey: $idempotencyKey) {
        ... on TaskSuccess {
          task @prependNode(connections: $lists, edgeTypeName: "TaskEdge") {
            id
            ...TaskList_task
          }
        }
        ...TaskList_refusal @alias(as: "refusal")
      }
    }
  `);
  const send = () =>
    create({
      variables: { input: { title, category: { id: categoryId } }, idempotencyKey: key, lists: [list] },
      onError: () => setOutcome({ failed: true }),
      onCompleted: ({ createTask }, errors) => {
        setOutcome({ refusal: createTask?.refusal, failed: errors != null });
        if (createTask?.task == null) return;
        // A key is one task's: as long as the form is not done it is sent with the same one.
        setKey(crypto.randomUUID());
        setTitle("");
      },
    });
  return (
    <>
      <input placeholder="New task" value={title} onChange={(event) => setTitle(event.target.value)} />
      <button disabled={creating} onClick={send}>
        Add
      </button>
      <Refusal {...outcome} />
    </>
  );
}

/** What a mutation refused; or that it failed: what is in `errors[]`, and a network without an answer, no user can mend. */
type Outcome = { refusal?: TaskList_refusal$key | null | undefined; failed?: boolean };

/** Whatever a mutation refuses: what is wrong with each value, or else what happened. */
function Refusal(props: Outcome) {
  const refusal = useFragment(
    graphql`
      fragment TaskList_refusal on UserError {
        message
        ... on ValidationError {
          problems {
            path
            message
          }
        }
      }
    `,
    props.refusal,
  );
  if (props.failed) return <strong>That did not work. Try again.</strong>;
  return refusal && <strong>{refusal.problems?.map(({ message }) => message).join(" ") ?? refusal.message}</strong>;
}
