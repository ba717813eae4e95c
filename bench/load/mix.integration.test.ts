import { afterAll, beforeAll, expect, it } from "vitest";
import { createParticipant } from "@/lib/identity/people/create-participant";
import { createUser } from "@/lib/identity/people/create-user";
import { registerKey } from "@/lib/keys/register/register-key";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";
import type { Role } from "@/lib/vocabulary";
import { Ledger } from "./ledger";
import { Mix, type Operation, SHARES } from "./mix";
import { playLoad } from "./play-load";
import { verifyLog } from "./verify-log";

let served: ServedPortal;
const accounts: { participant_id: string; duties: string[]; api_key: string }[] = [];

/** A party under the name that the demonstration gives it. */
async function party(id: string, role: Role): Promise<void> {
  const { bench, runtime } = served;
  const { principal } = await bench.person({ role, hasKey: false });
  const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
  const { organisationId } = principal;
  await createParticipant(cx, { id, organisationId, role, kind: "legal" });
  const person = { handle: id, name: id, email: `${id}@load.example`, role, organisationId, duties: [] };
  const { id: userId, pseudonym } = await createUser(cx, { ...person, participantId: id });
  const own = { ...principal, userId, pseudonym, handle: id, participantId: id };
  await registerKey(
    { ...bench.client, principal: own },
    { participant_id: id, algorithm: "X25519", custody: "managed" },
  );
  const api_key = await served.keyFor({ ...bench.client, principal: own });
  accounts.push({ participant_id: id, duties: [], api_key });
}

beforeAll(async () => {
  served = await servePortal();
  const { regulator, legal, approver } = served.bench;
  await party("client-456", "client");
  await party("miner-789", "miner");
  const known = async (participant_id: string, duty: string, who: typeof regulator) =>
    accounts.push({ participant_id, duties: [duty], api_key: await served.keyFor(who) });
  await known("regulator-001", "", regulator);
  await known("coordinator-001", "legal", legal);
  await known("coordinator-001", "approve", approver);
});
afterAll(async () => {
  await served?.close();
});

it("every operation of the mix is accepted, and the ledger finds each answered call once in a log that verifies", async () => {
  const demo = {
    base_url: served.url,
    accounts: accounts.map((one) => ({
      ...{ ...one, name: "", email: "", password: "", totp_secret: "", role: "" },
    })),
  };
  const ledger = new Ledger();
  const mix = new Mix([served.url], demo, ledger);
  await mix.begin(2);
  for (const operation of Object.keys(SHARES) as Operation[])
    expect(await mix.play(operation)).toEqual({
      operation,
      status: operation === "submit" ? 201 : 200,
      retries: 0,
    });
  const seconds: number[] = [];
  const { calls } = await playLoad(mix, {
    ...{ perSecond: 10, seconds: 2.2, tick: (second: number) => void seconds.push(second) },
  });
  expect(seconds).toEqual([0, 1, 2]);
  expect(calls.length).toBeGreaterThan(10);
  expect(calls.filter(({ status }) => status >= 400 || status === 0)).toEqual([]);
  await served.bench.integrate();
  await served.bench.anchor();
  expect(await ledger.settle(mix.checkers)).toMatchObject({ lost: 0, doubled: 0, gaps: 0 });
  const { code, output } = await verifyLog(mix.checkers.reader);
  expect(code, output).toBe(0);
});
