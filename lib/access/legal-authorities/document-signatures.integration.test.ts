import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerPartly } from "@/lib/access/deadlines/answer-partly";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { getGrant } from "@/lib/access/grants/get-grant";
import { addAuthorityList } from "@/lib/access/legal-authorities/add-authority-list";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { revokeAuthority } from "@/lib/access/legal-authorities/revoke-issuer";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { confirmAuthority } from "@/lib/authorities/registry/confirm-authority";
import { registerAuthority } from "@/lib/authorities/registry/register-authority";
import { toBase64, toBase64url, toHex, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import {
  CA_EXTENSIONS,
  createCourt,
  derOf,
  type ListWish,
  listOf,
  signPdf,
  type TestCourt,
} from "@/lib/testing/servers/certificate-authority";
import { issue } from "@/lib/testing/servers/time-stamp-authority";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

const DAY_MS = 86_400_000;

let bench: RequestBench;
let keepers: readonly [RequestPerson, RequestPerson];

/** A separate court whose root is registered, with a list of each issuer. */
interface Registered {
  readonly court: TestCourt;
  readonly id: string;
}

async function register(court: TestCourt): Promise<string> {
  const { id, digest } = await registerAuthority(keepers[0], {
    kind: "anchor",
    issuer: FACTS.issuer,
    jurisdiction: FACTS.jurisdiction,
    certificate: toBase64(court.anchor),
  });
  await confirmAuthority(keepers[1], id, { digest });
  return id;
}
const addList = async (
  { court, id }: Registered,
  of: "root" | "between",
  wish: ListWish = {},
  by = keepers[0],
) =>
  addAuthorityList(by, id, {
    crl: toBase64(await listOf(court[of], court.dir, wish)),
    ...(of === "root" ? {} : { issuer_certificate: toBase64(await derOf(court.between.certificate)) }),
  });
async function registeredCourt(): Promise<Registered> {
  const court = await createCourt();
  const made = { court, id: await register(court) };
  await addList(made, "root");
  await addList(made, "between");
  return made;
}

beforeAll(async () => {
  bench = await createRequestBench();
  const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  keepers = [await keeper(), await keeper()];
  await ensureChecked(bench, await submittedRequest(bench));
});
afterAll(async () => {
  await bench?.close();
});

const part = (bytes: Uint8Array) => ({ bytes });
const attachCms = (id: string, cms: Uint8Array, crl?: Uint8Array) =>
  attachAuthorization(bench.regulator, id, FACTS, ORDER_FILE, undefined, {
    cms: part(cms),
    ...(crl === undefined ? {} : { crl: part(crl) }),
  });
const attachPdf = (id: string, bytes: Uint8Array) =>
  attachAuthorization(bench.regulator, id, FACTS, { ...ORDER_FILE, bytes });
const signedPdf = (court: TestCourt) => signPdf(ORDER_FILE.bytes, (content) => court.sign(content));
const authorizationOf = async (id: string) => {
  const { authorization } = await getRequest(bench.regulator, id);
  if (authorization === undefined) throw new TypeError("no authorization");
  return authorization;
};
const looksOf = async (id: string): Promise<string[]> =>
  ((await authorizationOf(id)).signature ?? []).map(({ occasion, indication, fault }) =>
    [occasion, indication, fault].filter((word) => word !== undefined).join(" "),
  );
const submittedCms = async ({ court }: Registered): Promise<string> => {
  const id = await draftRequest(bench);
  await attachCms(id, await court.sign(ORDER_FILE.bytes));
  await submitRequest(bench.regulator, id);
  return id;
};
const grant = async (id: string): Promise<string> => {
  await decideRequest(bench.legal, id, approvalOf("legal"));
  const { state, grant_id: grantId = "" } = await decideRequest(
    bench.approver,
    id,
    approvalOf("coordinator"),
  );
  expect(state).toBe("active");
  return grantId;
};
const open = (grantId: string) =>
  openTransaction(bench.regulator, bench.txId, { purpose: "audit", grant_id: grantId });

describe("a CMS over the document", () => {
  it("a CMS is judged at each check, and two people still read the order", async () => {
    const made = await registeredCourt();
    const cms = await made.court.sign(ORDER_FILE.bytes);
    const id = await draftRequest(bench);
    const attached = await attachCms(id, cms);
    expect([attached.assurance, attached.reach]).toEqual(["verified", undefined]);
    expect(attached.signature?.[0]).toMatchObject({
      method: "cms",
      authority: { id: made.id, issuer: FACTS.issuer },
      signer: { subject: "O=Test, CN=judge" },
      signature_sha256: toBase64url(sha256(cms)),
    });
    await submitRequest(bench.regulator, id);
    const unread = NewDecision.parse({ stage: "legal", decision: "approve", comment: "Signed, so be it" });
    expect(await outcomeOf(decideRequest(bench.legal, id, unread))).toBe("decision.facts-mismatch");
    const grantId = await grant(id);
    expect(await looksOf(id)).toEqual(["attach TOTAL-PASSED", "submit TOTAL-PASSED", "decide TOTAL-PASSED"]);
    const authorization = await authorizationOf(id);
    expect([authorization.assurance, authorization.attested_at === undefined]).toEqual(["verified", false]);
    expect((await getGrant(bench.regulator, grantId)).state).toBe("active");
    const { rows } = await queryOwner(
      bench,
      `SELECT e.kind, e.sha256, position($2::bytea in ciphertext) AS plain FROM authorization_evidence e
        JOIN legal_authorization a ON a.id = e.authorization_id WHERE a.request_id = $1 ORDER BY e.kind`,
      [id, Buffer.from("judge")],
    );
    // The signature and the list of each issuer, stored once for any number of checks, and not in plain text.
    expect(rows.map((row) => [row.kind, row.plain])).toEqual([
      ["cms", 0],
      ["crl", 0],
      ["crl", 0],
    ]);
    const shown = authorization.signature?.at(-1)?.crls?.map((list) => list.sha256) ?? [];
    expect(rows.map((row) => row.sha256).sort()).toEqual([toBase64url(sha256(cms)), ...shown].sort());
  });

  it("a CMS that fails is refused by name, is not attached, and the attempt is in the log", async () => {
    const made = await registeredCourt();
    const id = await draftRequest(bench);
    const refused = async (cms: Uint8Array) => {
      const { code, extra } = await refusalOf(attachCms(id, cms));
      return [code, extra.reason, extra.indication, extra.sub_indication];
    };
    const code = "authorization.signature";
    const other = await made.court.sign(utf8("another order"));
    expect(await refused(other)).toEqual([code, "signature.document", "TOTAL-FAILED", "HASH_FAILURE"]);
    expect(await refused(utf8("0 garbage"))).toEqual([
      code,
      "signature.form",
      "TOTAL-FAILED",
      "FORMAT_FAILURE",
    ]);
    const broken = Uint8Array.from(await made.court.sign(ORDER_FILE.bytes));
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    expect(await refused(broken)).toEqual([code, "signature.altered", "TOTAL-FAILED", "SIG_CRYPTO_FAILURE"]);
    await addList(made, "between", { revoked: [made.court.judge.certificate], number: 2 });
    const revoked = await made.court.sign(ORDER_FILE.bytes);
    expect(await refused(revoked)).toEqual([
      code,
      "signature.certificate-revoked",
      "INDETERMINATE",
      "REVOKED_NO_POE",
    ]);
    expect((await getRequest(bench.regulator, id)).authorization).toBeUndefined();
  });

  it("a CMS by an unknown or expired signer, or without a list, continues as paper with its report", async () => {
    const stranger = await createCourt();
    const made = await registeredCourt();
    const bare = { court: await createCourt(), id: "" };
    await register(bare.court);
    const validity = ["-not_before", "200101000000Z", "-not_after", "210101000000Z"];
    const expired = await made.court.certify("expired", { validity });
    for (const [cms, words] of [
      [await stranger.sign(ORDER_FILE.bytes), "INDETERMINATE no-chain"],
      [await made.court.sign(ORDER_FILE.bytes, { by: expired }), "INDETERMINATE certificate-expired"],
      [await bare.court.sign(ORDER_FILE.bytes), "INDETERMINATE no-crl"],
    ] as const) {
      const id = await draftRequest(bench);
      expect(await attachCms(id, cms)).toMatchObject({ assurance: "none", verification: "not verified" });
      await submitRequest(bench.regulator, id);
      expect((await authorizationOf(id)).state).toBe("legal_review");
      await grant(id);
      expect(await looksOf(id)).toEqual([`attach ${words}`, `submit ${words}`, `decide ${words}`]);
      expect((await authorizationOf(id)).verification).toBe("attested, not cryptographically verified");
    }
  });

  it("a list that comes with a CMS is used, and kept for the later checks", async () => {
    const court = await createCourt();
    const made = { court, id: await register(court) };
    await addList(made, "root");
    const id = await draftRequest(bench);
    const cms = await court.sign(ORDER_FILE.bytes);
    expect((await attachCms(id, cms)).assurance).toBe("none");
    const list = await listOf(court.between, court.dir);
    // Facts, document and signature stay; only the list is added.
    const added = await attachAuthorization(bench.regulator, id, FACTS, undefined, undefined, {
      crl: part(list),
    });
    expect(added.assurance).toBe("verified");
    await submitRequest(bench.regulator, id);
    expect(await looksOf(id)).toEqual(["attach TOTAL-PASSED", "submit TOTAL-PASSED"]);
    const paper = attachAuthorization(
      bench.regulator,
      await draftRequest(bench),
      FACTS,
      ORDER_FILE,
      undefined,
      {
        crl: part(list),
      },
    );
    expect((await refusalOf(paper)).errors[0]?.pointer).toBe("/crl");
  });

  it("an older list that comes with a CMS cannot hide a registered revocation", async () => {
    const made = await registeredCourt();
    const older = await listOf(made.court.between, made.court.dir, { from: Date.now() - DAY_MS });
    await addList(made, "between", { revoked: [made.court.judge.certificate], number: 2 });
    const cms = await made.court.sign(ORDER_FILE.bytes);
    const { extra } = await refusalOf(attachCms(await draftRequest(bench), cms, older));
    expect(extra.fault).toBe("certificate-revoked");
  });

  it("a CMS stays when facts are corrected, goes with its document, and is refused together with a JWS", async () => {
    const made = await registeredCourt();
    const cms = await made.court.sign(ORDER_FILE.bytes);
    const id = await draftRequest(bench);
    await attachCms(id, cms);
    const corrected = { ...FACTS, case_number: "18 O 2/26" };
    const again = await attachAuthorization(bench.regulator, id, corrected, undefined);
    expect([again.assurance, again.signature?.length]).toEqual(["verified", 1]);
    const other = await attachAuthorization(
      bench.regulator,
      id,
      { ...FACTS, issuer: "Amtsgericht" },
      undefined,
    );
    expect([other.assurance, other.signature?.[0]?.fault]).toEqual(["none", "issuer"]);
    const paper = await attachAuthorization(bench.regulator, id, FACTS, ORDER_FILE);
    expect([paper.assurance, paper.signature]).toEqual(["none", undefined]);
    const both = attachAuthorization(bench.regulator, id, FACTS, ORDER_FILE, part(utf8("a.b.c")), {
      cms: part(cms),
    });
    expect((await refusalOf(both)).errors[0]?.pointer).toBe("/cms");
    const alone = attachAuthorization(
      bench.regulator,
      await draftRequest(bench),
      FACTS,
      undefined,
      undefined,
      {
        cms: part(cms),
      },
    );
    expect((await refusalOf(alone)).errors[0]?.pointer).toBe("/document");
  });
});

describe("the rest after a partial answer", () => {
  it("the rest continues under the same signature, which is judged again with what was kept", async () => {
    const court = await createCourt();
    const made = { court, id: await register(court) };
    const id = await draftRequest(bench, { transactions: [bench.txId, bench.otherTxId] });
    const list = await listOf(court.between, court.dir);
    const cms = await court.sign(ORDER_FILE.bytes);
    expect((await attachCms(id, cms, list)).signature?.[0]?.fault).toBe("no-crl");
    await addList(made, "root");
    await submitRequest(bench.regulator, id);
    await decideRequest(bench.legal, id, approvalOf("legal"));
    await decideRequest(
      bench.approver,
      id,
      approvalOf("coordinator", { scope: { transactions: [bench.txId] } }),
    );
    const { continued_by: rest } = await answerPartly(bench.legal, id, "The other later");
    expect(await looksOf(rest?.id ?? "")).toEqual(["submit TOTAL-PASSED"]);
    await grant(rest?.id ?? "");
    expect(await looksOf(rest?.id ?? "")).toEqual(["submit TOTAL-PASSED", "decide TOTAL-PASSED"]);
  });
});

describe("a new revocation list", () => {
  it("a list between upload and decision ends the orders of a signer that it revokes, and no others", async () => {
    const made = await registeredCourt();
    const other = await made.court.certify("other");
    const ended = await submittedCms(made);
    const kept = await draftRequest(bench);
    await attachCms(kept, await made.court.sign(ORDER_FILE.bytes, { by: other }));
    const drafted = await draftRequest(bench);
    await attachCms(drafted, await made.court.sign(ORDER_FILE.bytes));
    await submitRequest(bench.regulator, kept);
    await addList(made, "between", { revoked: [made.court.judge.certificate], number: 2 });
    expect((await authorizationOf(ended)).state).toBe("revoked");
    expect((await authorizationOf(kept)).state).toBe("legal_review");
    expect(await outcomeOf(decideRequest(bench.legal, ended, approvalOf("legal")))).toBe(
      "authorization.invalid",
    );
    const { code, extra } = await refusalOf(submitRequest(bench.regulator, drafted));
    expect([code, extra.fault]).toEqual(["authorization.signature", "certificate-revoked"]);
  });

  it("a list after the decision ends the grant too", async () => {
    const made = await registeredCourt();
    const id = await submittedCms(made);
    const grantId = await grant(id);
    await addList(made, "root", { revoked: [made.court.between.certificate], number: 2 });
    expect((await getGrant(bench.regulator, grantId)).state).toBe("revoked");
    expect(await outcomeOf(open(grantId))).toBe("access.no-grant");
  });

  it("the decision is refused when the list arrived in another way", async () => {
    const made = await registeredCourt();
    const id = await submittedCms(made);
    // Written without the use case, which would have ended the order at once.
    const list = await listOf(made.court.between, made.court.dir, {
      revoked: [made.court.judge.certificate],
      number: 2,
    });
    const { rows } = await queryOwner(
      bench,
      "SELECT issuer_digest FROM authority_crl WHERE authority_id = $1 AND issuer_certificate IS NOT NULL",
      [made.id],
    );
    const insert = `INSERT INTO authority_crl SELECT gen_random_uuid(), tenant_id, authority_id, issuer_digest, issuer,
      issuer_certificate, $2, 'another', '2', now(), next_update, uploaded_by, now() FROM authority_crl
      WHERE authority_id = $1 AND issuer_digest = $3`;
    await queryOwner(bench, "ALTER TABLE authority_crl DISABLE TRIGGER authority_crl_complete");
    await queryOwner(bench, insert, [made.id, Buffer.from(list), rows[0]?.issuer_digest]);
    await queryOwner(bench, "ALTER TABLE authority_crl ENABLE ALWAYS TRIGGER authority_crl_complete");
    const { code, extra } = await refusalOf(decideRequest(bench.legal, id, approvalOf("legal")));
    expect([code, extra.fault]).toEqual(["authorization.signature", "certificate-revoked"]);
    // The same list again checks the orders that were left.
    const issuer = toBase64(await derOf(made.court.between.certificate));
    await addAuthorityList(keepers[1], made.id, { crl: toBase64(list), issuer_certificate: issuer });
    expect((await authorizationOf(id)).state).toBe("revoked");
  });

  it("an expired list leaves the order to its readers, with the report", async () => {
    const made = await registeredCourt();
    const id = await submittedCms(made);
    const later = (who: RequestPerson): RequestPerson => {
      const now = () => new Date(Date.now() + 8 * DAY_MS);
      return { ...who, clock: { ...who.clock, now } };
    };
    await decideRequest(bench.legal, id, approvalOf("legal"));
    await decideRequest(later(bench.approver), id, approvalOf("coordinator"));
    expect((await looksOf(id)).at(-1)).toBe("decide INDETERMINATE crl-expired");
    expect((await authorizationOf(id)).assurance).toBe("attested");
  });
});

describe("a signature inside a PDF", () => {
  it("every result is reported and never prevents filing the paper", async () => {
    const { court } = await registeredCourt();
    const pdf = await signedPdf(court);
    const stranger = await createCourt();
    const changed = Uint8Array.from([...pdf, ...utf8("\nstartxref\n9\n%%EOF\n")]);
    for (const [bytes, words, assurance] of [
      [pdf, "TOTAL-PASSED", "verified"],
      [changed, "INDETERMINATE later-changes", "none"],
      [await signedPdf(stranger), "INDETERMINATE no-chain", "none"],
      [
        Uint8Array.from(
          Buffer.from(Buffer.from(pdf).toString("latin1").replace("%PDF-1.", "%PDF-2."), "latin1"),
        ),
        "TOTAL-FAILED document",
        "none",
      ],
    ] as const) {
      const id = await draftRequest(bench);
      expect((await attachPdf(id, bytes)).assurance).toBe(assurance);
      await submitRequest(bench.regulator, id);
      expect(await looksOf(id)).toEqual([`attach ${words}`, `submit ${words}`]);
      await grant(id);
      expect((await authorizationOf(id)).attested_at).toBeDefined();
    }
  });

  it("a signature that passed once and is then revoked ends like a CMS, also when its anchor ends", async () => {
    const made = await registeredCourt();
    const id = await draftRequest(bench);
    await attachPdf(id, await signedPdf(made.court));
    await submitRequest(bench.regulator, id);
    const granted = await draftRequest(bench);
    await attachPdf(granted, await signedPdf(made.court));
    await submitRequest(bench.regulator, granted);
    const grantId = await grant(granted);
    await addList(made, "between", { revoked: [made.court.judge.certificate], number: 2 });
    expect((await authorizationOf(id)).state).toBe("revoked");
    expect((await getGrant(bench.regulator, grantId)).state).toBe("revoked");
    const another = await registeredCourt();
    const second = await submittedCms(another);
    await revokeAuthority(keepers[0], another.id, { reason: "key lost" });
    expect((await authorizationOf(second)).state).toBe("revoked");
  });
});

describe("the registry of trust anchors", () => {
  it("an anchor needs two people, the second with the certificate's fingerprint, and has no effect before", async () => {
    const court = await createCourt();
    const body = {
      kind: "anchor" as const,
      issuer: FACTS.issuer,
      jurisdiction: "DE",
      certificate: toBase64(court.anchor),
    };
    const made = await registerAuthority(keepers[0], body);
    expect(made).toMatchObject({
      kind: "anchor",
      subject: "O=Test, CN=root",
      digest: toBase64url(sha256(court.anchor)),
    });
    const id = await draftRequest(bench);
    const cms = await court.sign(ORDER_FILE.bytes);
    expect((await attachCms(id, cms)).signature?.[0]?.fault).toBe("no-chain");
    expect(await outcomeOf(addList({ court, id: made.id }, "root"))).toBe("authority.state");
    expect(await outcomeOf(confirmAuthority(keepers[0], made.id, { digest: made.digest }))).toBe(
      "authority.second-person",
    );
    expect(await outcomeOf(confirmAuthority(keepers[1], made.id, { digest: "0".repeat(64) }))).toBe(
      "request.invalid",
    );
    const printed = (toHex(sha256(court.anchor)).toUpperCase().match(/../g) ?? []).join(":");
    await confirmAuthority(keepers[1], made.id, { digest: printed });
    expect((await attachCms(id, cms)).signature?.[0]?.fault).toBe("no-crl");
    expect(await outcomeOf(registerAuthority(keepers[0], body))).toBe("authority.exists");
  });

  it("a certificate that is not an authority's, has expired or cannot be read is refused", async () => {
    const court = await createCourt();
    const validity = ["-not_before", "200101000000Z", "-not_after", "210101000000Z"];
    const over = await issue(court.dir, "over", { extensions: CA_EXTENSIONS, validity });
    for (const certificate of [
      toBase64(await derOf(court.judge.certificate)),
      toBase64(await derOf(over.certificate)),
      toBase64(utf8("garbage")),
      "-----BEGIN CERTIFICATE-----",
    ])
      expect(
        await outcomeOf(
          registerAuthority(keepers[0], { kind: "anchor", issuer: "X", jurisdiction: "DE", certificate }),
        ),
      ).toBe("request.invalid");
  });

  it("a list must come from its issuer, be current, and be newer than the one before", async () => {
    const made = await registeredCourt();
    const refused = async (adding: Promise<unknown>) => {
      const { code, errors } = await refusalOf(adding);
      return `${code} ${errors[0]?.pointer ?? ""} ${errors[0]?.detail ?? ""}`;
    };
    const stranger = await createCourt();
    const foreign = toBase64(await listOf(stranger.root, stranger.dir));
    expect(await refused(addAuthorityList(keepers[0], made.id, { crl: foreign }))).toContain(
      "not signed by this issuer",
    );
    const from = Date.now() - 9 * DAY_MS;
    expect(await refused(addList(made, "root", { from }))).toContain("out of date");
    expect(await refused(addList(made, "root", { from: Date.now() + DAY_MS }))).toContain(
      "dated in the future",
    );
    expect(await refused(addList(made, "root", { from: Date.now() - DAY_MS, number: 9 }))).toContain(
      "not newer",
    );
    await addList(made, "root", { number: 9 });
    expect(await refused(addList(made, "root", { from: Date.now() - 30_000, number: 8 }))).toContain(
      "not newer",
    );
    expect(await refused(addList(made, "root", { digest: "sha1", number: 10 }))).toContain("/crl");
    const under = await made.court.certify("under", { issuer: made.court.judge });
    const wrong = addAuthorityList(keepers[0], made.id, {
      crl: foreign,
      issuer_certificate: toBase64(await derOf(under.certificate)),
    });
    expect(await refused(wrong)).toContain("/issuer_certificate");
    expect(await outcomeOf(addList(made, "root", {}, bench.legal))).toBe("auth.role");
    expect(await outcomeOf(addList({ ...made, id: bench.txId }, "root"))).toBe("authority.not-found");
    const change = "UPDATE authority_crl SET list = ''";
    for (const statement of [change, "DELETE FROM authority_crl", "DELETE FROM authorization_evidence"])
      await expect(queryOwner(bench, statement)).rejects.toMatchObject({ code: "SP004" });
  });
});
