import "server-only";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Client } from "pg";
import { z } from "zod";
import { fileItem, readTar, type TarItem } from "@/lib/backup/archive/tar";
import { segmentAt } from "@/lib/backup/archive/wal-archive";
import { BackupRefused } from "@/lib/backup/refused";
import type { CopyFacts } from "@/lib/backup/server/copy-facts";

const TOOL_FOLDERS = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt"];
const MAX_NOTED = 64 * 1024 * 1024;

/** Returns the folder with PostgreSQL's programs of a major version on this machine; undefined without one. */
export function findTools(major: number, program: string): string | undefined {
  const folders = TOOL_FOLDERS.flatMap((root) =>
    existsSync(root) ? readdirSync(root).map((version) => path.join(root, version, "bin")) : [],
  );
  return folders.find((folder) => {
    const file = path.join(folder, program);
    if (!existsSync(file)) return false;
    const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
    return new RegExp(`\\) ${major}\\.`).test(stdout ?? "");
  });
}

/**
 * Returns the connection as variables of PostgreSQL's programs. All users of the machine could read a password in the
 * programs' arguments.
 */
function connectionVariables(url: string): Record<string, string> {
  const { hostname, port, username, password, searchParams } = new URL(url);
  const host = searchParams.get("host") ?? decodeURIComponent(hostname);
  const ssl = { PGSSLMODE: searchParams.get("sslmode"), PGSSLROOTCERT: searchParams.get("sslrootcert") };
  return {
    PGHOST: host,
    PGPORT: searchParams.get("port") ?? (port === "" ? "5432" : port),
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    ...Object.fromEntries(Object.entries(ssl).filter((pair): pair is [string, string] => pair[1] !== null)),
  };
}

const Ranges = z.object({
  "WAL-Ranges": z.array(z.object({ Timeline: z.number(), "Start-LSN": z.string(), "End-LSN": z.string() })),
});

async function whole(item: TarItem): Promise<Buffer> {
  if (item.size > MAX_NOTED) throw new BackupRefused("The server's list of files is too long.");
  const parts: Uint8Array[] = [];
  for await (const part of item.content) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

async function facts(client: Client, manifest: Buffer, into: CopyFacts): Promise<void> {
  const [range] = Ranges.parse(JSON.parse(manifest.toString("utf8")))["WAL-Ranges"];
  const { rows } = await client.query<{ size: string; at: Date }>(
    "SELECT setting AS size, clock_timestamp() AS at FROM pg_settings WHERE name = 'wal_segment_size'",
  );
  if (range === undefined || rows[0] === undefined)
    throw new BackupRefused("The server named no WAL of its backup.");
  const { "Start-LSN": start, "End-LSN": end, Timeline: timeline } = range;
  const size = Number(rows[0].size);
  const first = segmentAt(start, timeline, size);
  into.finish({ start, end, segment_size: size, first, last: segmentAt(end, timeline, size) }, rows[0].at);
}

/**
 * Yields a base backup of a server on any machine, which `pg_basebackup` takes with its WAL. The login of `url` needs the
 * right REPLICATION. The server's own list of digests (backup_manifest) is part of it.
 */
export async function* streamDatabase(client: Client, url: string, into: CopyFacts): AsyncGenerator<TarItem> {
  const { rows } = await client.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  const major = rows[0]?.major ?? 0;
  const tools = findTools(major, "pg_basebackup");
  if (tools === undefined)
    throw new BackupRefused(
      `pg_basebackup of PostgreSQL ${major} is not on this machine. Install postgresql-client-${major}, or back up with pgBackRest (docs/guides/backup.md).`,
    );
  const child = spawn(
    path.join(tools, "pg_basebackup"),
    ["--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--no-password"],
    {
      env: { PATH: tools, LC_ALL: "C", NODE_ENV: "production", ...connectionVariables(url) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
  let manifest: Buffer | undefined;
  try {
    for await (const item of readTar(child.stdout)) {
      if (item.name !== "backup_manifest") yield item;
      else {
        manifest = await whole(item);
        yield fileItem(item.name, manifest);
      }
    }
  } catch (error) {
    child.kill("SIGTERM");
    await ended;
    if (said.trim() === "") throw error;
    throw new BackupRefused(`pg_basebackup failed: ${lastLine(said)}`);
  }
  const code = await ended;
  if (code !== 0 || manifest === undefined)
    throw new BackupRefused(`pg_basebackup failed: ${lastLine(said)}`);
  await facts(client, manifest, into);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "no reason given";
}
