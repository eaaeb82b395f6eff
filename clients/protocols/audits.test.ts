/** What the reference implementation of GraphQL over HTTP asks of servers, each of its audits a test. */

import { serverAudits } from "graphql-http";
import { expect, test } from "vitest";

import { url } from "../testing/api";

const audits = serverAudits({ url });

test("there are as many audits as there were", () => {
  expect(audits).toHaveLength(61);
});

test.each(audits)("$id $name", async (audit) => {
  expect(await audit.fn()).toMatchObject({ status: "ok" });
});
