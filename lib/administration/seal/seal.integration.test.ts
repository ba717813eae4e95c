import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agreeToAgreement } from "@/lib/administration/agreements/decide-agreement";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import { askSeal, followSeal, getSeal } from "@/lib/administration/seal/seal-keys";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import type { Keystore } from "@/lib/keystore/keystore";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  approvedRequest,
  createRequestBench,
  newTransaction,
  type RequestBench,
} from "@/lib/testing/benches/request-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

type Person = RequestBench["regulator"];

let bench: RequestBench;
let portal: PortalBench;
/** The keystores of two portals, each with its own memory. */
let keystores: readonly [Keystore, Keystore];
let owner: Person;
let own: string;
let grant: string;
beforeAll(async () => {
  const admin = { role: "admin", duties: ["admin"] } as const;
  bench = await createRequestBench([admin, admin, { role: "client", hasKey: true }]);
  portal = await createPortalBench({}, bench);
  const unlock = { passphrase: TEST_PASSPHRASE };
  keystores = [bench.keystore, await openLocalKeystore({ dir: bench.keyDir, unlock })];
  const [, , client] = bench.more;
  if (client === undefined) throw new TypeError("no client");
  owner = client;
  own = await newTransaction(owner);
  grant = (await approvedRequest(bench)).grantId;
});
afterAll(async () => {
  portal?.runtime.live.close();
  await bench?.close();
});

/** A person's call at one of the two portals. */
function at(portalNumber: 0 | 1, who: Person | undefined): AdministrationContext & Person {
  if (who === undefined) throw new TypeError("no person");
  const { site, sessionSecret } = portal.runtime;
  return { ...who, site, sessionSecret, keystore: keystores[portalNumber], requestId: uuidv7(Date.now()) };
}

const open = (portalNumber: 0 | 1) =>
  outcomeOf(openTransaction(at(portalNumber, owner), own, { purpose: "settlement" }));
const disclose = (portalNumber: 0 | 1) =>
  outcomeOf(
    openTransaction(at(portalNumber, bench.regulator), bench.txId, { purpose: "audit", grant_id: grant }),
  );
const follow = () => Promise.all(keystores.map((keystore) => followSeal({ ...bench.cx, keystore })));

async function change(state: "sealed" | "open"): Promise<void> {
  const [greta, nils] = bench.more;
  const { id } = await askSeal(at(0, greta), { state, reason: `to be ${state}` });
  expect(await getSeal(at(0, greta))).toMatchObject({ waiting: { agreement_id: id, state } });
  expect(await outcomeOf(agreeToAgreement(at(0, greta), id, {}))).toBe("agreement.second-person");
  await agreeToAgreement(at(0, nils), id, {});
}

const entries = (action: string, outcome: string) =>
  queryAs(
    bench.database.adminUrl,
    "SELECT count(*)::int AS n FROM audit_index WHERE action = $1 AND outcome = $2",
    [action, outcome],
  ).then(([row]) => Number(row?.n));

describe("the keys of a tenant", () => {
  it("open at every portal until two administrators have sealed them, and then at none, from the next call on", async () => {
    expect([await open(0), await open(1), await disclose(0)]).toEqual(["done", "done", "done"]);
    await change("sealed");
    // No portal has looked at the seal yet: the database refuses.
    expect([await open(0), await open(1), await disclose(1)]).toEqual(Array(3).fill("service.sealed"));
    expect(await getSeal(at(1, bench.more[0]))).toMatchObject({ state: "sealed", reason: "to be sealed" });
  });

  it("are zeroed in each portal's memory, opened ones too, while submissions and the log go on", async () => {
    await follow();
    for (const keystore of keystores) {
      expect(keystore.openedKeys().kept).toBe(0);
      expect(() => keystore.kekId("participant")).toThrow("sealed the keys");
      expect(() => keystore.requireUnsealed()).toThrow("sealed the keys");
      expect(keystore.kekId("receipt")).toBe("kek-receipt-1");
    }
    const before = await entries("transaction.create", "done");
    await newTransaction(owner);
    expect(await entries("transaction.create", "done")).toBe(before + 1);
    await bench.integrate();
  });

  it("cannot be sealed or unsealed by one person's row", async () => {
    const insert = `INSERT INTO tenant_seal (id, tenant_id, state, agreement_id, at)
      SELECT gen_random_uuid(), tenant_id, 'open', id, now() FROM agreement WHERE kind = 'seal' LIMIT 1`;
    await expect(queryAs(bench.database.appUrl, insert)).rejects.toMatchObject({
      code: /^SP00[12]$|^23505$/,
    });
    await expect(queryAs(bench.database.appUrl, "DELETE FROM tenant_seal")).rejects.toMatchObject({
      code: "42501",
    });
    expect(await outcomeOf(askSeal(at(0, bench.more[0]), { state: "sealed", reason: "again" }))).toBe(
      "request.invalid",
    );
  });

  it("open again at every portal when two administrators have unsealed them", async () => {
    await change("open");
    // A portal that has not looked yet still has no key.
    expect(await open(0)).toBe("service.sealed");
    await follow();
    expect([await open(0), await open(1), await disclose(1)]).toEqual(["done", "done", "done"]);
    expect(await getSeal(at(0, bench.more[1]))).toMatchObject({ state: "open", waiting: null });
  });

  it("are sealed by the later agreement, also where the portal of the earlier one had a clock ahead", async () => {
    const [greta, nils] = bench.more;
    const ahead = fixedClock(new Date(Date.now() + 60_000));
    const agreeTo = async (state: "sealed" | "open", who: Person | undefined) => {
      const { id } = await askSeal(at(0, greta), { state, reason: `to be ${state}` });
      await agreeToAgreement(at(0, who), id, {});
    };
    await agreeTo("sealed", nils && { ...nils, clock: ahead });
    await agreeTo("open", nils && { ...nils, clock: ahead });
    await agreeTo("sealed", nils);
    expect(await getSeal(at(0, greta))).toMatchObject({ state: "sealed" });
    await change("open");
    await follow();
  });
});
