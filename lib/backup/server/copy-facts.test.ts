import { describe, expect, it } from "vitest";
import { BackupRefused } from "@/lib/backup/refused";
import { readLogPlace } from "@/lib/backup/server/copy-facts";

const LONGEST = { log: "first.test/log1", tenantId: "019af000-0000-7000-8000-000000000001" };
const OTHER = { log: "second.test/log1", tenantId: "019af000-0000-7000-8000-000000000002" };

/** Answers as a database with these logs, the longest first. */
const database = (...rows: object[]): Parameters<typeof readLogPlace>[0] => ({
  query: (async () => ({ rows })) as never,
});

describe("whose log a run is reported to", () => {
  it("is the tenant's that was drilled, and not the longest", async () => {
    expect(await readLogPlace(database(LONGEST, OTHER), OTHER.tenantId)).toEqual(OTHER);
    expect(await readLogPlace(database(LONGEST, OTHER), LONGEST.tenantId)).toEqual(LONGEST);
  });

  it("is the longest where no tenant is named, or one that has no log here", async () => {
    for (const tenant of [undefined, "019af000-0000-7000-8000-000000000003"])
      expect(await readLogPlace(database(LONGEST, OTHER), tenant)).toEqual(LONGEST);
  });

  it("is none in a database without a log", async () => {
    await expect(readLogPlace(database())).rejects.toBeInstanceOf(BackupRefused);
  });
});
