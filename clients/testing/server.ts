/** The real server: started once for all tests, with data of its own in a temporary folder. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    url: string;
  }
}

export default async function serve(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), "gql-api-clients-"));
  await chmod(folder, 0o755); // when root runs this, PostgreSQL runs as nobody
  const server = spawn(resolve("../.venv/bin/gql-api"), ["dev"], {
    cwd: folder,
    env: {
      ...process.env,
      GQL_API_PORT: "0",
      GQL_API_DATA_DIR: join(folder, "data"),
      GQL_API_TRUSTED_DOCUMENTS: resolve("fetch/generated/persisted-documents.json"),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stop = async () => {
    if (server.exitCode === null && server.kill("SIGINT")) await once(server, "exit");
    await rm(folder, { recursive: true, force: true });
  };

  const said: string[] = [];
  const address = await new Promise<string | undefined>((found) => {
    // All it says is read: a full pipe would stop it.
    const lines = createInterface(server.stderr);
    lines.on("line", (line) => {
      said.push(line);
      if (line.startsWith("Explorer: ")) found(line.split(" ")[1]);
    });
    lines.on("close", () => found(undefined));
  });
  if (address === undefined) {
    await stop();
    throw new Error(`The server did not start:\n${said.join("\n")}`);
  }
  project.provide("url", address);
  return stop;
}
