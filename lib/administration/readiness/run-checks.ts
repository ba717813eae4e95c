import "server-only";
import { randomInt } from "node:crypto";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import { judgeReadiness } from "@/lib/administration/readiness/facts";
import { reachAddress } from "@/lib/administration/readiness/reach-address";
import { readReadinessIn } from "@/lib/administration/readiness/read-readiness";
import { codeMark } from "@/lib/administration/readiness/record";
import { open, type Result } from "@/lib/administration/readiness/result";
import { type CheckBody, NeededItem, type ReadinessAnswer } from "@/lib/administration/readiness/schema";
import { putResult } from "@/lib/administration/readiness/store";
import { tryCustodian, tryKeys, tryMail, tryScanner } from "@/lib/administration/readiness/try-parts";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { findEmail } from "@/lib/identity/people/people-store";

const SUBJECT = "Sealport: test of outgoing mail / Test der ausgehenden E-Mail";

async function sendCode(cx: AdministrationContext): Promise<Result> {
  const to = await inSnapshot(cx, (tx) => findEmail(tx, cx.principal.userId));
  const code = String(randomInt(100_000_000)).padStart(8, "0");
  const text = [
    `The code of this test is ${code}. Enter it under Set-up. It is valid for one hour.`,
    "",
    `Der Code dieses Tests ist ${code}. Geben Sie ihn unter Einrichtung ein. Er gilt eine Stunde.`,
    "",
  ].join("\n");
  const result = await tryMail(cx.mailer, { id: uuidv7(cx.clock.nowMs()), to, subject: SUBJECT, text });
  return result.cause === "code_sent"
    ? open("code_sent", { ...result.facts, mark: codeMark(cx, code) })
    : result;
}

/** Items that have to be tried. All others are read from what is stored. */
const TRIES: Readonly<Partial<Record<NeededItem, (cx: AdministrationContext) => Promise<Result>>>> = {
  organisation: (cx) => reachAddress(cx),
  keys: tryKeys,
  custodian: tryCustodian,
  mail: sendCode,
  scanner: tryScanner,
};

/**
 * Tries the named parts, or all of them, and records what was found. Nothing else changes. A mail that a person has
 * confirmed is sent again only where the part is named.
 */
export async function runChecks(cx: AdministrationContext, { items }: CheckBody): Promise<ReadinessAnswer> {
  const { tenantId } = cx.instance;
  const before = await inSnapshot(cx, (tx) => judgeReadiness(tx, cx));
  const isKept = (item: NeededItem) =>
    item === "mail" && items === undefined && before.results.mail.state === "done";
  const tried: [NeededItem, Result][] = [];
  for (const item of items ?? NeededItem.options) {
    const run = isKept(item) ? undefined : TRIES[item];
    if (run !== undefined) tried.push([item, await run(cx)]);
  }
  const { entry, list } = await inTransaction(cx, async (tx) => {
    for (const [item, result] of tried)
      await putResult(tx, { tenantId, item, at: cx.clock.now(), by: cx.principal.userId }, result);
    const appended = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "readiness.check",
      subjects: [`tenant:${tenantId}`, ...tried.map(([item]) => `readiness:${item}`)],
      details: { results: Object.fromEntries(tried.map(([item, { cause }]) => [item, cause ?? "done"])) },
    });
    return { entry: appended, list: await readReadinessIn(tx, cx) };
  });
  return { ...list, receipt: await issueReceipt(cx, entry) };
}
