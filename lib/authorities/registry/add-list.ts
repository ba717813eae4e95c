import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { findIssuerPath } from "@/lib/authorities/certificate-path";
import { asRefusal, distinguishedName } from "@/lib/authorities/cms";
import { decodeCertificate, decodeDer, reading } from "@/lib/authorities/registry/encoded";
import { findNewestList, insertList } from "@/lib/authorities/registry/list-store";
import { invalidMember } from "@/lib/authorities/registry/rules";
import { type AuthorityRow, lockAuthority } from "@/lib/authorities/registry/store";
import type { NewList } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { equalConstantTime, toBase64url } from "@/lib/crypto/bytes";
import { type HeldCertificate, readCertificate } from "@/lib/crypto/pki/certificate";
import { type HeldList, isListOf, isNewer, readList } from "@/lib/crypto/pki/revocation-list";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

const CRL = "/crl";
const ISSUER = "/issuer_certificate";

/**
 * Returns the certificate that signed the list: the anchor, or one that the anchor issued. Throws `request.invalid`.
 */
async function issuerOf(anchor: HeldCertificate, body: NewList, at: Date): Promise<HeldCertificate> {
  if (body.issuer_certificate === undefined) return anchor;
  const issuer = decodeCertificate(ISSUER, body.issuer_certificate);
  try {
    await findIssuerPath(issuer, anchor, at);
    return issuer;
  } catch (error) {
    throw invalidMember(ISSUER, `is not an issuer under this trust anchor: ${asRefusal(error).message}`);
  }
}

async function isSigned(list: HeldList, issuer: HeldCertificate): Promise<boolean> {
  try {
    return await isListOf(list, issuer);
  } catch (error) {
    throw invalidMember(CRL, `cannot be accepted: ${asRefusal(error).message}`);
  }
}

/**
 * Checks that the list is signed by its issuer, current, and newer than or equal to the known one. Throws
 * `request.invalid`.
 */
async function requireGoodList(
  list: HeldList,
  issuer: HeldCertificate,
  known: Uint8Array | undefined,
  at: Date,
) {
  if (!(await isSigned(list, issuer))) throw invalidMember(CRL, "is not signed by this issuer");
  const { thisUpdate, nextUpdate, number } = list;
  if (thisUpdate > at) throw invalidMember(CRL, "is dated in the future");
  if (nextUpdate === undefined || nextUpdate <= at) throw invalidMember(CRL, "is out of date");
  if (known !== undefined && isSame(known, list.der)) return nextUpdate;
  const before = known === undefined ? undefined : readList(known);
  const goesBack = before !== undefined && (number ?? 0n) < (before.number ?? 0n);
  if (before !== undefined && (goesBack || !isNewer(list, before)))
    throw invalidMember(CRL, "is not newer than the one that is registered");
  return nextUpdate;
}

const isSame = (known: Uint8Array, der: Uint8Array): boolean => equalConstantTime(known, der);

function requireAnchor(row: AuthorityRow | undefined): Uint8Array {
  if (row?.certificate == null) throw new DomainError("authority.not-found");
  if (row.state === "confirmed") return row.certificate;
  throw new DomainError("authority.state", { detail: `The registration is ${row.state}.` });
}

/**
 * Adds a revocation list to a confirmed trust anchor, in the caller's transaction. The issuer's signature proves whose
 * list it is, so one registrar is enough. The known list may be sent again. Throws `authority.not-found`,
 * `authority.state`, `request.invalid`.
 */
export async function addList(tx: Tx, cx: Context, id: string, body: NewList): Promise<AppendedEntry> {
  const at = cx.clock.now();
  const anchor = readCertificate(requireAnchor(await lockAuthority(tx, cx.instance.tenantId, id)));
  const issuer = await issuerOf(anchor, body, at);
  const der = decodeDer(CRL, "X509 CRL", body.crl);
  const list = reading(CRL, () => readList(der));
  const issuerDigest = toBase64url(sha256(issuer.der));
  const known = await findNewestList(tx, id, issuerDigest);
  const nextUpdate = await requireGoodList(list, issuer, known, at);
  const name = distinguishedName(issuer.parsed.subject);
  const digest = toBase64url(sha256(der));
  const isAgain = known !== undefined && isSame(known, der);
  const row = {
    id: uuidv7(at.getTime()),
    tenantId: cx.instance.tenantId,
    authorityId: id,
    issuerDigest,
    issuer: name,
    issuerCertificate: issuer === anchor ? undefined : issuer.der,
    list: der,
    sha256: digest,
    number: list.number,
    thisUpdate: list.thisUpdate,
    nextUpdate,
    by: cx.principal.userId,
    at,
  };
  if (!isAgain) await insertList(tx, row);
  return appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "authority.crl",
    subjects: [`authority:${id}`],
    details: {
      sha256: digest,
      issuer: name,
      this_update: list.thisUpdate.toISOString(),
      next_update: nextUpdate.toISOString(),
      ...(list.number === undefined ? {} : { number: list.number.toString() }),
    },
  });
}
