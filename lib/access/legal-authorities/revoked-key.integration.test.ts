import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { revokeAuthority } from "@/lib/access/legal-authorities/revoke-issuer";
import { AuthorizationFactsBody } from "@/lib/access/requests/schema";
import { confirmAuthority } from "@/lib/authorities/registry/confirm-authority";
import { registerAuthority } from "@/lib/authorities/registry/register-authority";
import { withdrawAuthority } from "@/lib/authorities/registry/withdraw-authority";
import { toBase64, utf8 } from "@/lib/crypto/bytes";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  draftRequest,
  FACTS,
  queryOwner,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";
import { createOrderSigner, type OrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";
import { createCourt, derOf } from "@/lib/testing/servers/certificate-authority";
import { openssl } from "@/lib/testing/servers/time-stamp-authority";

const FACTS_OF = {
  ...{ issuer: FACTS.issuer, jurisdiction: FACTS.jurisdiction },
  valid_from: new Date(Date.now() - 86_400_000).toISOString(),
  valid_until: new Date(Date.now() + 86_400_000).toISOString(),
};
let bench: RequestBench;
let keepers: readonly [RequestPerson, RequestPerson];
beforeAll(async () => {
  bench = await createRequestBench();
  const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  keepers = [await keeper(), await keeper()];
});
afterAll(() => bench?.close());

const seconds = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
let n = 0;
/** Returns the result of an order that names the signer's key by this id. */
async function ordered(signer: OrderSigner, kid: string): Promise<string> {
  n += 1;
  const { issuer, jurisdiction, kind } = FACTS;
  const order = {
    ...{ issuer, jurisdiction, kind, case_number: `18 O ${n}/26` },
    valid_from: seconds(FACTS.valid_from),
    valid_until: seconds(FACTS.valid_until),
  };
  const says = { ...order, v: 1, aud: bench.place.log, selector: { transactions: [bench.txId] } };
  const jws = { bytes: utf8(await signer.sign(says, { kid })) };
  const id = await draftRequest(bench);
  const facts = AuthorizationFactsBody.parse(order);
  return outcomeOf(attachAuthorization(bench.regulator, id, facts, undefined, jws));
}
const OTHER = { issuer: "Amtsgericht Mitte", jurisdiction: "DE" };

/** Rule of the registry for certificates: "what has ended does not come back". */
describe("a key that was revoked", () => {
  it("a revoked key signs no order under another key id or for another issuer", async () => {
    const signer = await createOrderSigner("stolen");
    const id = await registerSigner(signer, FACTS, keepers);
    await revokeAuthority(keepers[0], id, { reason: "The key was stolen." });
    const again = { ...signer, kid: "stolen-again" };
    expect(await outcomeOf(registerSigner(again, FACTS, keepers))).toBe("authority.exists");
    expect(await outcomeOf(registerSigner(again, OTHER, keepers))).toBe("authority.exists");
    expect(await ordered(signer, again.kid)).toBe("authorization.signature");
  });

  it("a revoked key cannot be registered again; a withdrawn registration does not count", async () => {
    const signer = await createOrderSigner("twice");
    const given = { kind: "key" as const, ...FACTS_OF, kid: "twice-first", public_key: signer.publicKey };
    const first = await registerAuthority(keepers[0], given);
    expect(await outcomeOf(registerSigner(signer, FACTS, keepers))).toBe("authority.exists");
    await withdrawAuthority(keepers[0], first.id, { reason: "Typed wrongly." });
    await registerSigner(signer, FACTS, keepers);
    expect(await ordered(signer, "twice")).toBe("done");
  });

  it("two registrations of one key at once give one", async () => {
    const signer = await createOrderSigner("at-once");
    const given = (kid: string) => ({ kind: "key" as const, ...FACTS_OF, kid, public_key: signer.publicKey });
    const both = ["at-once-1", "at-once-2"].map((kid) =>
      outcomeOf(registerAuthority(keepers[0], given(kid))),
    );
    expect((await Promise.all(both)).sort()).toEqual(["authority.exists", "done"]);
  });

  it("a revoked key is not valid under a second id that the database owner registered", async () => {
    const signer = await createOrderSigner("old-1");
    const id = await registerSigner(signer, FACTS, keepers);
    const trigger = (how: string) =>
      queryOwner(bench, `ALTER TABLE authority ${how} TRIGGER authority_key_once`);
    await trigger("DISABLE");
    await registerSigner({ ...signer, kid: "old-2" }, FACTS, keepers);
    await trigger("ENABLE ALWAYS");
    expect(await ordered(signer, "old-2")).toBe("done");
    await revokeAuthority(keepers[0], id, { reason: "The key was stolen." });
    expect(await ordered(signer, "old-2")).toBe("authorization.signature");
  });
});

describe.each(["ec", "rsa"] as const)("an anchor's %s key that was revoked", (kind) => {
  it("no other certificate, registered before or after, brings the key back; before revocation it is a renewal", async () => {
    const court = await createCourt(kind);
    const renewed = async (name: string, ...options: string[]) => {
      const file = `${court.dir}/${name}.pem`;
      await openssl(
        ...["req", "-x509", "-new", "-key", court.root.key, "-subj", `/O=Test/CN=${name}`, "-days", "20"],
        ...[
          "-addext",
          "basicConstraints=critical,CA:TRUE",
          "-addext",
          "keyUsage=critical,keyCertSign,cRLSign",
        ],
        ...[...options, "-out", file],
      );
      return toBase64(await derOf(file));
    };
    const anchor = (certificate: string) =>
      registerAuthority(keepers[0], { kind: "anchor", ...OTHER, certificate });
    const first = await anchor(toBase64(court.anchor));
    await confirmAuthority(keepers[1], first.id, { digest: first.digest });
    const second = await anchor(await renewed("renewed"));
    await revokeAuthority(keepers[0], first.id, { reason: "The key was stolen." });
    const confirmed = confirmAuthority(keepers[1], second.id, { digest: second.digest });
    expect(await outcomeOf(confirmed)).toBe("authority.exists");
    expect(await outcomeOf(anchor(await renewed("another")))).toBe("authority.exists");
    expect(await outcomeOf(anchor(toBase64((await createCourt(kind)).anchor)))).toBe("done");
  });
});
