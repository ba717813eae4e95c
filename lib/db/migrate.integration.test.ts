import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, inject, test } from "vitest";
import { bootstrapRoles, urlFor } from "@/lib/db/bootstrap-roles";
import { acceptsLogin } from "@/lib/db/check-database";
import { migrate, requireThisBuild } from "@/lib/db/migrate";
import { explainFailure } from "@/lib/launch/failure";
import { queryAs } from "@/lib/testing/benches/query-as";

const MIGRATIONS = path.resolve("prisma/migrations");

/** A folder of migrations in Prisma's layout, removed after `work`. */
async function withMigrations(
  work: (folder: string, add: (name: string, sql: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sealport-migrations-"));
  try {
    await cp(path.join(MIGRATIONS, "migration_lock.toml"), path.join(folder, "migration_lock.toml"));
    await work(folder, async (name, sql) => {
      await mkdir(path.join(folder, name), { recursive: true });
      await writeFile(path.join(folder, name, "migration.sql"), sql);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("two processes migrating at once apply every migration once, and objects belong to the owner role", async () => {
  const { adminUrl, passwords } = inject("testServer");
  const database = "migrate_twice";
  await bootstrapRoles({ adminUrl, database, passwords });
  const url = urlFor(adminUrl, undefined, database);
  const applied = await Promise.all([migrate(url, MIGRATIONS), migrate(url, MIGRATIONS)]);
  expect(applied.map((names) => names.length).sort()[0]).toBe(0);
  expect(await migrate(url, MIGRATIONS)).toEqual([]);
  const owners = await queryAs(url, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'");
  expect(owners).toEqual([{ tableowner: "sealport_owner" }]);
});

test("a failing migration is named, and a function body with semicolons arrives whole", async () => {
  const { adminUrl, passwords } = inject("testServer");
  await withMigrations(async (folder, add) => {
    await add(
      "1_function",
      "CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$;",
    );
    await bootstrapRoles({ adminUrl, database: "migrate_fails", passwords });
    const url = urlFor(adminUrl, undefined, "migrate_fails");
    expect(await migrate(url, folder)).toEqual(["1_function"]);
    expect(await queryAs(url, "SELECT two()")).toEqual([{ two: 2 }]);
    await add("2_broken", "CREATE TABLE broken (id nonsense);");
    await expect(migrate(url, folder)).rejects.toThrow(/2_broken/);
  });
});

test.each([
  ["another name", { database: "build_name", name: "20261124000000_schema" }],
  ["the same name and another text", { database: "build_text", name: "1_identity" }],
])("a database with a migration of %s is refused with one line and stays unchanged", async (_, build) => {
  const { adminUrl, passwords } = inject("testServer");
  await bootstrapRoles({ adminUrl, database: build.database, passwords });
  const url = urlFor(adminUrl, undefined, build.database);
  await withMigrations(async (folder, add) => {
    await add(
      build.name,
      "CREATE TABLE tenant (id uuid);\nGRANT SELECT ON _prisma_migrations TO sealport_app;",
    );
    await migrate(url, folder);
    await requireThisBuild(url, folder);
  });
  const login = { user: "sealport_app_login", password: passwords.sealport_app_login };
  const attempts = [
    migrate(url, MIGRATIONS),
    requireThisBuild(urlFor(adminUrl, login, build.database), MIGRATIONS),
  ];
  for (const result of await Promise.allSettled(attempts)) {
    const line = explainFailure(result.status === "rejected" ? result.reason : undefined);
    expect(line).toMatch(/^The database was made by an earlier build: start with a new DATA_DIR\b.*$/);
  }
  const tables = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
  expect(await queryAs(url, tables)).toEqual([{ name: "_prisma_migrations" }, { name: "tenant" }]);
});

test("login roles reach their own database only with their password and own no object", async () => {
  const { adminUrl, passwords } = inject("testServer");
  await bootstrapRoles({ adminUrl, database: "roles_twice", passwords });
  expect(await bootstrapRoles({ adminUrl, database: "roles_twice", passwords })).toEqual({ isNew: false });
  const password = passwords.sealport_app_login;
  const url = urlFor(adminUrl, { user: "sealport_app_login", password }, "roles_twice");
  expect(await queryAs(url, "SELECT current_user::text AS me")).toEqual([{ me: "sealport_app_login" }]);
  await expect(queryAs(url, "CREATE TABLE mine ()")).rejects.toMatchObject({ code: "42501" });
  const wrong = urlFor(adminUrl, { user: "sealport_app_login", password: "wrong" }, "roles_twice");
  await expect(queryAs(wrong, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
});

test("running it again with other passwords changes none, unless it is asked to", async () => {
  const { adminUrl, passwords } = inject("testServer");
  const database = "roles_kept";
  await bootstrapRoles({ adminUrl, database, passwords });
  const drawn = { ...passwords, sealport_auditor_login: "another password" };
  await bootstrapRoles({ adminUrl, database, passwords: drawn });
  const urlOf = (password: string) =>
    urlFor(adminUrl, { user: "sealport_auditor_login", password }, database);
  expect(await acceptsLogin(urlOf(passwords.sealport_auditor_login))).toBe(true);
  expect(await acceptsLogin(urlOf("another password"))).toBe(false);
  await bootstrapRoles({ adminUrl, database, passwords: drawn, isReset: true });
  expect(await acceptsLogin(urlOf("another password"))).toBe(true);
  await bootstrapRoles({ adminUrl, database, passwords, isReset: true });
  expect(await acceptsLogin(urlOf(passwords.sealport_auditor_login))).toBe(true);
});
