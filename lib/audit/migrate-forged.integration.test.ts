import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { bootstrapRoles, urlFor } from "@/lib/db/bootstrap-roles";
import { migrate } from "@/lib/db/migrate";
import { queryAs } from "@/lib/testing/benches/query-as";

const MIGRATIONS = path.resolve("prisma/migrations");
/** The first migration that holds rows which the portal's login writes against what there can be. */
const FIRST_RULE = "20261130000500";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "sealport-migrations-"));
  for (const name of await readdir(MIGRATIONS))
    if (name < FIRST_RULE || name === "migration_lock.toml")
      await cp(path.join(MIGRATIONS, name), path.join(folder, name), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Rules of these tables, and whether each holds for every row. */
async function rulesOf(url: string) {
  return queryAs(
    url,
    `SELECT conname::text AS rule, convalidated AS holds FROM pg_constraint WHERE contype = 'c'
       AND conname ~ '_(kind_known|fits|format_known|named|sane)$'
       AND conrelid IN ('audit_compartment'::regclass, 'audit_part'::regclass, 'audit_export'::regclass)`,
  );
}

test("rows that no portal writes keep no migration from being made, and the rules hold for all others", async () => {
  const { adminUrl, passwords } = inject("testServer");
  const database = "migrate_forged";
  await bootstrapRoles({ adminUrl, database, passwords });
  const url = urlFor(adminUrl, undefined, database);
  await migrate(url, folder);
  const compartment = (kind: string, key: string) =>
    `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key)
     VALUES (gen_random_uuid(), gen_random_uuid(), '${kind}', 'x', ${key})`;
  const job = (format: string, entry: string) =>
    `INSERT INTO audit_export (id, tenant_id, by_user_id, format, filter, state, kind, entry_id)
     VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '${format}', '{}', 'queued', 'job', ${entry})`;
  const entry = "'00000000-0000-7000-8000-000000000001'";
  await queryAs(url, compartment("x", "'\\x00'"));
  await queryAs(url, compartment("subject", "decode(repeat('00', 2000), 'hex')"));
  for (const format of ["x", "csv", "csv"]) await queryAs(url, job(format, entry));
  await migrate(url, MIGRATIONS);
  const open = (await rulesOf(url)).flatMap(({ rule, holds }) => (holds ? [] : [rule]));
  expect(open.sort()).toEqual([
    "audit_compartment_key_fits",
    "audit_compartment_kind_known",
    "audit_export_format_known",
  ]);
  const states = await queryAs(url, "SELECT format, state FROM audit_export ORDER BY format, state");
  expect(states.map(({ format, state }) => `${format} ${state}`)).toEqual([
    "csv queued",
    "csv queued",
    "x failed",
  ]);
  await expect(queryAs(url, compartment("y", "NULL"))).rejects.toMatchObject({ code: "23514" });
  const other = "'00000000-0000-7000-8000-000000000002'";
  await queryAs(url, job("csv", other));
  await expect(queryAs(url, job("csv", other))).rejects.toMatchObject({ code: "23505" });
});

test("without such rows every rule holds for every row", async () => {
  const { adminUrl, passwords } = inject("testServer");
  await bootstrapRoles({ adminUrl, database: "migrate_honest", passwords });
  const url = urlFor(adminUrl, undefined, "migrate_honest");
  await migrate(url, MIGRATIONS);
  const rules = await rulesOf(url);
  expect(rules).toHaveLength(8);
  expect(rules.filter(({ holds }) => !holds)).toEqual([]);
});
