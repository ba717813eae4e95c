import { afterAll, beforeAll, expect, test } from "vitest";
import { GET } from "@/app/confidential/keys/backup/route";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createUser } from "@/lib/identity/people/create-user";
import { makeBackup } from "@/lib/keystore/backup/ceremony";
import { localHolder } from "@/lib/keystore/roots/open-roots";
import { useRuntime } from "@/lib/runtime/slot";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import type { Role } from "@/lib/vocabulary";

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({});
  useRuntime(bench.runtime);
});
afterAll(() => bench?.close());

/** Returns the API key of a person with this role and no participant. */
async function keyOf(role: Role): Promise<string> {
  const cx = { ...bench.runtime, client: {}, requestId: "test", system: "test" };
  const { id: organisationId } = await createOrganisation(cx, { name: role, kind: "company" });
  const handle = uuidv7(Date.now());
  const { id: userId } = await createUser(cx, {
    handle,
    name: "Test Person",
    email: `${handle}@example.org`,
    role,
    organisationId,
    duties: [],
    password: "a long enough password",
  });
  return (await createApiKey(cx, { userId, label: "test", scopes: ["read"], addresses: [] })).key;
}

async function read(key: string): Promise<{ status: number; body: unknown }> {
  const request = new Request("http://localhost/confidential/keys/backup", {
    headers: { authorization: `Bearer ${key}` },
  });
  const response = await GET(request, { params: Promise.resolve({}) });
  return { status: response.status, body: await response.json() };
}

test("the root key's backup is answered to an administrator's program, other roles are refused", async () => {
  const admin = await keyOf("admin");
  const none = await read(admin);
  expect(none).toMatchObject({ status: 200, body: { standing: "none", drill_days: 90 } });
  const { id } = await makeBackup({
    dir: bench.audit.keyDir,
    holder: localHolder({ passphrase: TEST_PASSPHRASE }),
    threshold: 3,
    shares: 5,
    nowMs: bench.runtime.clock.nowMs(),
    deliver: async () => undefined,
  });
  expect(await read(admin)).toMatchObject({
    status: 200,
    body: { standing: "current", backup: { id, threshold: 3, shares: 5, last_drill_at: null } },
  });
  for (const role of ["auditor", "coordinator", "regulator", "client"] as const)
    expect(await read(await keyOf(role))).toMatchObject({ status: 403, body: { code: "auth.role" } });
});
