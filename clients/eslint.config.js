import graphql from "@graphql-eslint/eslint-plugin";
import typescript from "typescript-eslint";

const { configs } = graphql;
const schema = "schema.graphql";

export default [
  { ignores: ["clients/*/generated/", "clients/*/__generated__/"] },
  ...typescript.configs.strict.map((config) => ({ ...config, files: ["clients/**/*.{ts,tsx}"] })),
  {
    files: ["clients/**/*.{ts,tsx}"],
    processor: graphql.processor, // takes the operations out of the modules, for the rules below
  },
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: {
        graphQLConfig: {
          projects: {
            schema: { schema, include: schema },
            ...Object.fromEntries(
              ["apollo", "fetch", "relay", "urql"].map((client) => [
                client,
                { schema, documents: `clients/${client}/*.{ts,tsx}` },
              ]),
            ),
          },
        },
      },
    },
  },
  {
    files: [schema],
    rules: {
      ...configs["schema-recommended"].rules,
      ...configs["schema-relay"].rules,
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
          ignoredSelectors: ["DirectiveDefinition[name.value=oneOf]"], // GraphQL's own; its specification describes it
        },
      ],
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          acceptedIdNames: ["id"],
          acceptedIdTypes: ["ID"],
          // Answers and parts of them: values, which no cache looks for by an id.
          exceptions: { types: ["FieldProblem", "PageInfo"], suffixes: ["Connection", "Edge", "Error", "Success"] },
        },
      ],
      "@graphql-eslint/relay-edge-types": [
        "error",
        {
          withEdgeSuffix: true,
          shouldImplementNode: true,
          listTypeCanWrapOnlyEdgeType: false, // the contract has plain lists on purpose, beside the connections
        },
      ],

      // Of "schema-all":
      "@graphql-eslint/no-scalar-result-type-on-mutation": "error",
      "@graphql-eslint/require-nullable-fields-with-oneof": "error",
      // alphabetize: fields stand in the order in which they are read: the id first, times last.
      // input-name: updateTask(id, patch, expectedVersion) says more than one `input` that has all of it.
      // no-root-type: it is for APIs without mutations or subscriptions.
      // require-deprecation-date: its date is an argument that GraphQL's own @deprecated has not.
      // require-field-of-type-query-in-mutation-result: what changed is in the result by id, and caches find it there.
      // require-nullable-result-in-root: lists and connections are never "not there", so they are not null.
      // require-type-pattern-with-oneof: it is for @oneOf on output types, which GraphQL has not.
    },
  },
  {
    files: ["clients/**/*.graphql"],
    rules: configs["operations-recommended"].rules,
  },
  {
    files: ["clients/relay/**/*.graphql"],
    rules: {
      // The Relay compiler checks these itself, with directives, fragment arguments and fields of its own.
      "@graphql-eslint/fields-on-correct-type": "off",
      "@graphql-eslint/known-directives": "off",
      "@graphql-eslint/no-undefined-variables": "off",
      "@graphql-eslint/naming-convention": "off", // TaskListQuery, TaskList_task: the compiler insists
    },
  },
];
