import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { Client } from "pg";

/** Returns how the superuser of an instance's embedded PostgreSQL connects, as an operator with the data folder can. */
export function superuserConfig(dataDir: string) {
  const password = readFileSync(path.join(dataDir, "keys/database/superuser"), "utf8").trim();
  const lines = readFileSync(
    path.join(realpathSync(path.join(dataDir, "postgres")), "data/postmaster.pid"),
    "utf8",
  ).split("\n");
  const [pid = "", , , port = "5432", socketFolder = ""] = lines;
  return {
    postmaster: Number(pid),
    config: {
      host: socketFolder,
      port: Number(port),
      user: "sealport_superuser",
      password,
      database: "sealport",
    },
  };
}

/** Connects as the superuser of an instance's embedded PostgreSQL. */
export async function asSuperuser<T>(dataDir: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(superuserConfig(dataDir).config);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
