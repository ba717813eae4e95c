import "server-only";
import { lookup } from "node:dns/promises";
import { done, failed, open, type Result } from "@/lib/administration/readiness/result";
import type { Context } from "@/lib/context/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { randomBytes, x25519PublicKey, x25519Shared } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import { partUser } from "@/lib/ipc/part-user";
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

/** Makes a participant's key where keys are kept, uses it and destroys it. A key file is for trials. */
export async function tryKeys(cx: Pick<Context, "keystore" | "logger">): Promise<Result> {
  const began = performance.now();
  try {
    await cx.keystore.requireKeys();
    if (!(await makeAndUse(cx))) return failed("key_failed");
  } catch (err) {
    cx.logger.error({ err }, "the readiness check of the keys failed");
    return failed("key_failed");
  }
  if (cx.keystore.serviceState() === undefined) return failed("key_file");
  return done({ ms: String(Math.round(performance.now() - began)) });
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
