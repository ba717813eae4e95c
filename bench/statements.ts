import { readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { asSuperuser } from "../e2e/support/admin";

function logText(dataDir: string): string {
  const folder = realpathSync(path.join(dataDir, "postgres"));
  const files = readdirSync(folder).filter((name) => name.endsWith(".log"));
  return files.map((name) => readFileSync(path.join(folder, name), "latin1")).join("");
}

/**
 * How many statements the portal's database login runs in one request, BEGIN and COMMIT included. The server's
 * own log counts them: logging is turned on for that role only, on a throw-away instance.
 */
export async function countStatements(
  dataDir: string,
  requests: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Record<string, number>> {
  await asSuperuser(dataDir, async (client) => {
    await client.query("ALTER ROLE sealport_app_login SET log_statement = 'all'");
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sealport_app_login'",
    );
  });
  const counts: Record<string, number> = {};
  for (const [name, request] of Object.entries(requests)) {
    // The first calls pay for connections and caches that later ones find ready.
    for (let i = 0; i < 5; i += 1) await request().catch(() => undefined);
    const samples: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const before = logText(dataDir).length;
      await request();
      samples.push(
        logText(dataDir)
          .slice(before)
          .match(/LOG: {2}(execute [^:]*|statement):/g)?.length ?? 0,
      );
    }
    // The smallest, since loops of the portal run statements of their own now and then.
    counts[name] = Math.min(...samples);
  }
  await asSuperuser(dataDir, (client) => client.query("ALTER ROLE sealport_app_login RESET log_statement"));
  return counts;
}
