import "server-only";
import { askAgreement } from "@/lib/administration/agreements/ask-agreement";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import type { AgreementAnswer } from "@/lib/administration/agreements/schema";
import { readReadinessIn } from "@/lib/administration/readiness/read-readiness";
import { done, open, type Result } from "@/lib/administration/readiness/result";
import type {
  BackupStatement,
  MailCode,
  NeededItem,
  ReadinessAnswer,
  RestoreDrill,
  RulesRead,
} from "@/lib/administration/readiness/schema";
import { findOperator, findRoot, putResult, readResults } from "@/lib/administration/readiness/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { equalConstantTime, fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256 } from "@/lib/crypto/primitives";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";
import { findActivation } from "@/lib/policies/activation-store";

/** Returns the mark of a code, which is stored in its place: a row does not tell the code. */
export function codeMark(cx: SessionSecret, code: string): string {
  return toBase64url(hmacSha256(cx.sessionSecret, utf8(`sealport/mail-code/1\n${code}`)));
}

/** Returns whether this is the code of a mark, in constant time. */
function isCodeOf(cx: SessionSecret, mark: string | undefined, code: string): boolean {
  if (mark === undefined) return false;
  return equalConstantTime(fromBase64url(mark), fromBase64url(codeMark(cx, code.replace(/\s/g, ""))));
}

const CODE_HOURS = 1;
/** Wrong codes before another has to be sent. */
const MAX_WRONG = 5;

/** Stores what a person stated about one part, with its entry. */
async function record(
  cx: Context,
  item: NeededItem,
  find: (tx: Tx) => Promise<Result>,
): Promise<ReadinessAnswer> {
  const { tenantId } = cx.instance;
  const { entry, list } = await inTransaction(cx, async (tx) => {
    const result = await find(tx);
    await putResult(tx, { tenantId, item, at: cx.clock.now(), by: cx.principal.userId }, result);
    const appended = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "readiness.record",
      subjects: [`readiness:${item}`],
      details: {
        item,
        result: result.cause ?? "done",
        facts: result.cause === undefined ? { ...result.facts } : {},
      },
    });
    return { entry: appended, list: await readReadinessIn(tx, cx) };
  });
  return { ...list, receipt: await issueReceipt(cx, entry) };
}

/**
 * Confirms that the test message arrived, by its code. Throws `readiness.code` for another code, after an hour, and
 * without a message.
 */
export async function confirmMail(cx: AdministrationContext, { code }: MailCode): Promise<ReadinessAnswer> {
  let isRight = false;
  const answer = await record(cx, "mail", async (tx) => {
    const sent = (await readResults(tx, cx.instance.tenantId)).get("mail");
    const ageMs = sent === undefined ? Number.POSITIVE_INFINITY : cx.clock.nowMs() - sent.at.getTime();
    if (sent?.cause !== "code_sent" || ageMs > CODE_HOURS * 3_600_000)
      throw new DomainError("readiness.code", { detail: "No code is waiting. Send the test message again." });
    const { mark, to = "", host = "", wrong = "0" } = sent.facts;
    isRight = isCodeOf(cx, mark, code);
    if (isRight) return done({ to, host });
    const count = Number(wrong) + 1;
    return count >= MAX_WRONG
      ? open("not_checked")
      : open("code_sent", { ...sent.facts, wrong: String(count) });
  });
  if (isRight) return answer;
  throw new DomainError("readiness.code", {
    detail: "That is not the code of the newest message. After five wrong codes send the message again.",
    errors: [{ pointer: "/code", detail: "is not the code of the newest message" }],
  });
}

/** Records how the key service keeps the root key safe, where shares are not used. */
export function recordBackup(cx: Context, { statement }: BackupStatement): Promise<ReadinessAnswer> {
  return record(cx, "backup", async () => {
    if (cx.keystore.serviceState() === undefined)
      throw new DomainError("request.conflict", {
        detail: "The root key is in a file and no key service keeps it. Make a backup in shares.",
      });
    return done({ statement });
  });
}

/**
 * Records a restore drill. Size and root must be those of a checkpoint of this log: only a whole restored log has that
 * root. Throws `readiness.drill`.
 */
export async function recordDrill(cx: Context, drill: RestoreDrill): Promise<ReadinessAnswer> {
  const { held_on, place, size, root } = drill;
  if (Date.parse(`${held_on}T00:00:00Z`) > cx.clock.nowMs())
    throw invalidField("/held_on", "is in the future");
  return record(cx, "drill", async (tx) => {
    const known = await findRoot(tx, cx.instance.log, size);
    if (known === undefined || !equalConstantTime(known, Buffer.from(root, "base64")))
      throw new DomainError("readiness.drill", {
        detail:
          known === undefined
            ? `No checkpoint of this log has ${size} entries. Enter the size that the restored log's checkpoint names.`
            : `The root is not the one that this log had at ${size} entries. The restored log is another one.`,
      });
    return done({ held_on, place, size: String(size) });
  });
}

/** Asks a second administrator to agree to the rules that the caller has read. Throws as `askAgreement`. */
export async function askRules(cx: Context, { policy_version, reason }: RulesRead): Promise<AgreementAnswer> {
  const { tenantId } = cx.instance;
  const { operator, inForce } = await inSnapshot(cx, async (tx) => ({
    operator: await findOperator(tx, tenantId),
    inForce: (await findActivation(tx, tenantId))?.version,
  }));
  if (policy_version !== inForce)
    throw invalidField("/policy_version", "is not the version that is in force");
  if (operator === undefined) throw new DomainError("organisation.not-found");
  return askAgreement(cx, { kind: "rules", subjectId: operator.id, after: { policy_version }, reason });
}
