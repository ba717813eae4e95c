import "server-only";
import { lookup } from "node:dns/promises";
import { done, failed, open, type Result } from "@/lib/administration/readiness/result";
import type { Context } from "@/lib/context/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { randomBytes, x25519PublicKey, x25519Shared } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import { partUser } from "@/lib/ipc/part-user";
import { askPeerIfUp } from "@/lib/ipc/peer-proof";
import type { Mailer } from "@/lib/notify/mail/mailer";

/** Owner of the key that a check makes. It is not a participant's id: those are shorter. */
const OWNER = { purpose: "participant", participant: "readiness-check", version: 1 } as const;

async function makeAndUse({ keystore }: Pick<Context, "keystore">): Promise<boolean> {
  const made = await keystore.createKeyPair(OWNER);
  const ref = { ...OWNER, ...made };
  try {
    const secret = randomBytes(32);
    const derived = await keystore.derive(ref, x25519PublicKey(secret));
    return equalConstantTime(derived, x25519Shared(secret, made.publicKey));
  } finally {
    // A sealed key is in memory alone; a token's key is destroyed there.
    keystore.forget(ref);
    await keystore.destroyPrivateKey(ref);
  }
}

const HEALTH_MS = 2_000;

/**
 * Asks custodian, signer and the own witness, if there is one, where they keep their keys. Their keys prove their answers;
 * one that does not say is `unknown`.
 */
async function custodyOfOthers({ instance }: Pick<Context, "instance">) {
  const { custodianUrl, signerUrl, ownWitness, pinned } = instance;
  const asked: (readonly [part: string, url: string | undefined, vkey: string | undefined])[] = [
    ["custodian", custodianUrl, pinned?.custodian],
    ["signer", signerUrl, pinned?.log],
    ...(ownWitness === undefined ? [] : [["witness", ownWitness.url, ownWitness.vkey] as const]),
  ];
  return Promise.all(
    asked.map(async ([part, url, vkey]) => {
      const health =
        url === undefined || vkey === undefined ? undefined : await askPeerIfUp(url, vkey, HEALTH_MS);
      return { part, custody: health?.custody ?? "unknown" };
    }),
  );
}

/** Makes a participant's key where keys are kept, uses it and destroys it. A key file is for trials, in every part. */
export async function tryKeys(cx: Pick<Context, "instance" | "keystore" | "logger">): Promise<Result> {
  const began = performance.now();
  try {
    await cx.keystore.requireKeys();
    if (!(await makeAndUse(cx))) return failed("key_failed");
  } catch (err) {
    cx.logger.error({ err }, "the readiness check of the keys failed");
    return failed("key_failed");
  }
  const ms = String(Math.round(performance.now() - began));
  const others = await custodyOfOthers(cx);
  const own = { part: "portal", custody: cx.keystore.serviceState() === undefined ? "local" : "service" };
  const partsWith = (custody: string) =>
    [own, ...others].flatMap((one) => (one.custody === custody ? [one.part] : [])).join(", ");
  if (partsWith("local") !== "") return failed("key_file", { parts: partsWith("local") });
  if (partsWith("unknown") !== "") return failed("key_place_unknown", { parts: partsWith("unknown") });
  return done({ ms });
}

/** Asks the custodian, and compares its user with the portal's. */
export async function tryCustodian(cx: Pick<Context, "escrow" | "instance">): Promise<Result> {
  let isEvaluation: boolean;
  try {
    isEvaluation = (await cx.escrow.identity()).evaluation;
    // Its signature was verified with the pinned key.
    await cx.escrow.epoch();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return failed(error.code === "custodian.refused" ? "custodian_key" : "custodian_away");
  }
  if (isEvaluation) return failed("evaluation");
  const { custodianUrl } = cx.instance;
  const user = custodianUrl === undefined ? "same" : await partUser(custodianUrl);
  return user === "same" ? failed("same_user") : done({ where: user });
}

/** Industry test file that every scanner reports (eicar.org); it does nothing. In two halves, so that this file is not a finding. */
const EICAR = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");

/** Has the scanner look at the EICAR test file. */
export async function tryScanner({ scanner }: Pick<Context, "scanner">): Promise<Result> {
  if (scanner === undefined) return open("no_scanner");
  const verdict = await scanner.scan(new TextEncoder().encode(EICAR));
  if (verdict.kind === "infected") return done({ engine: verdict.engine });
  if (verdict.kind === "clean") return failed("scanner_blind", { engine: verdict.engine });
  return failed(verdict.reason === "timeout" ? "timeout" : "unreachable", { host: "clamd" });
}

/** Sends the message with a code. Until a person enters it, the part is open. */
export async function tryMail(
  mailer: Pick<Mailer, "send" | "host"> | undefined,
  mail: { readonly id: string; readonly to: string; readonly subject: string; readonly text: string },
): Promise<Result> {
  if (mailer === undefined) return open("no_mail_server");
  const { host } = mailer;
  const outcome = await mailer.send(mail);
  if (outcome === "delivered") return open("code_sent", { host, to: mail.to });
  if (outcome === "unreachable") {
    const isKnown = await lookup(host).then(
      () => true,
      () => false,
    );
    return failed(isKnown ? "unreachable" : "no_such_host", { host });
  }
  return failed(outcome === "timeout" ? "timeout" : "mail_refused", { host, outcome });
}
