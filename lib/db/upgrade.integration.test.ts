import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { queryAs } from "@/lib/testing/benches/query-as";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { getTransaction } from "@/lib/transactions/read/load-known";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

/** What a next release may change while portals of the release before still run (docs/guides/upgrading.md). */
const NEXT = `ALTER TABLE transaction ADD COLUMN next_release text;
ALTER TABLE access_request ADD COLUMN next_release integer NOT NULL DEFAULT 0;
ALTER TABLE audit_leaf ADD COLUMN next_release boolean NOT NULL DEFAULT false;
CREATE TABLE next_release (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);
GRANT SELECT, INSERT ON next_release TO sealport_app;
CREATE INDEX next_release_status ON transaction (tenant_id, next_release);`;

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
let folder: string;
let client: Person;
let miner: Person;
beforeAll(async () => {
  bench = await createUseCaseBench();
  client = await bench.person({ role: "client" });
  miner = await bench.person({ role: "miner" });
  folder = await mkdtemp(path.join(os.tmpdir(), "sealport-next-"));
  await cp(path.resolve("prisma/migrations"), folder, { recursive: true });
  await mkdir(path.join(folder, "8_next"));
  await writeFile(path.join(folder, "8_next/migration.sql"), NEXT);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await bench?.close();
});

async function submit(cx: Person): Promise<string> {
  const input = NewTransaction.parse({
    ...{ job_id: "upgrade", amount: "10", currency: "EUR", confidential: true },
    participants: [miner.principal.participantId],
  });
  return (await submitTransaction(cx, input)).transaction_id;
}

const counts = () =>
  queryAs(
    bench.database.adminUrl,
    `SELECT (SELECT count(*)::int FROM transaction) AS records, (SELECT count(*)::int FROM wrap) AS wraps,
       (SELECT count(*)::int FROM audit_leaf) AS leaves`,
  );

it("a database with data goes through the next release's migration while portals of this one write and read", async () => {
  const ids = [await submit(client), await submit(client)];
  await bench.integrate();
  const before = await counts();
  // These connections planned their statements before the tables changed.
  const older = openDatabase({ url: bench.database.appUrl, waitMs: 30_000 });
  const portal = { ...client, db: older };
  try {
    await submit(portal);
    let isOver = false;
    let done = 0;
    const load = async () => {
      while (!isOver) {
        const id = await submit(portal);
        expect((await getTransaction(portal, id)).transaction_id).toBe(id);
        done += 1;
      }
    };
    const running = Promise.all([load(), load(), load()]);
    await expect.poll(() => done).toBeGreaterThan(3);
    expect(await migrate(bench.database.adminUrl, folder)).toEqual(["8_next"]);
    const atOnce = done;
    await expect.poll(() => done).toBeGreaterThan(atOnce + 3);
    isOver = true;
    await running;
  } finally {
    await older.close();
  }
  for (const id of ids) expect((await getTransaction(client, id)).transaction_id).toBe(id);
  await bench.integrate();
  const [was, is] = [before[0], (await counts())[0]];
  for (const name of ["records", "wraps", "leaves"])
    expect(Number(is?.[name])).toBeGreaterThan(Number(was?.[name]));
  // Another machine finds nothing left to do.
  expect(await migrate(bench.database.adminUrl, folder)).toEqual([]);
});
