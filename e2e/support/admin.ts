import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { Client } from "pg";

/** Connects as the superuser of an instance's embedded PostgreSQL, as an operator with the data folder can. */
export async function asSuperuser<T>(dataDir: string, work: (client: Client) => Promise<T>): Promise<T> {
  const password = readFileSync(path.join(dataDir, "keys/database/superuser"), "utf8").trim();
  const lines = readFileSync(
    path.join(realpathSync(path.join(dataDir, "postgres")), "data/postmaster.pid"),
    "utf8",
  ).split("\n");
  const [, , , port = "5432", socketFolder = ""] = lines;
  const client = new Client({
    host: socketFolder,
    port: Number(port),
    user: "sealport_superuser",
    password,
    database: "sealport",
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
