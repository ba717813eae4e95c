import { afterAll, beforeAll, expect, test } from "vitest";
import { holdsInstance, requireDatabase } from "@/lib/db/check-database";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

/** The URL with one part replaced. */
function changed(url: string, change: (parsed: URL) => void): string {
  const parsed = new URL(url);
  change(parsed);
  return parsed.toString();
}

test("a database that takes us in is fit, and one that was only migrated holds no instance", async () => {
  await requireDatabase("DATABASE_URL", database.appUrl);
  expect(await holdsInstance("DATABASE_URL", database.appUrl)).toBe(false);
});

test.each([
  ["refuses this user or password", (url: URL) => (url.password = "wrong-password")],
  ["refuses this user or password", (url: URL) => (url.username = "unknown_user")],
  ["does not offer TLS", (url: URL) => url.searchParams.set("sslmode", "verify-full")],
  ["has no database of this name", (url: URL) => (url.pathname = "/no_such_database")],
])("one that does not is named by its variable: %s", async (reason, change) => {
  const url = changed(database.adminUrl, change);
  const failed: unknown = await requireDatabase("SIGNER_DATABASE_URL", url).catch((error: unknown) => error);
  expect(String(failed)).toContain(`The database ${reason}. Check SIGNER_DATABASE_URL `);
  expect(String(failed)).not.toContain("wrong-password");
});

test("a database without our tables is not taken for a used one", async () => {
  const bare = changed(database.adminUrl, (url) => {
    url.pathname = "/postgres";
  });
  await expect(holdsInstance("DATABASE_URL", bare)).rejects.toThrow(/DATABASE_URL has no tables yet/);
});
