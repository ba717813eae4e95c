import "server-only";
import type { EnvelopeDigests } from "@/lib/audit/entry/event";
import { appendEntries } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { recipientsDigest, replaceRecipient } from "@/lib/crypto/envelope/envelope";
import { apuText } from "@/lib/crypto/envelope/envelope-format";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { selectSealedGroups, tellEpoch } from "@/lib/escrow/client/store";
import type { RegistrationItem, RewrapResult } from "@/lib/escrow/protocol/messages";
import { isRecordInLog, loadAllSealed } from "@/lib/transactions/read/load-sealed";
import {
  isLogBehind,
  listUnderFormer,
  type MovedEscrow,
  moveEscrowWraps,
} from "@/lib/transactions/rewrap/store";
import type { TransactionRow } from "@/lib/transactions/rows";
import { bindGroups, lockTransactions } from "@/lib/transactions/store";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";
import { GroupName } from "@/lib/vocabulary";

type EscrowMoveContext = Pick<Context, "db" | "instance" | "escrow" | "logger"> & AuditContext;

const BATCH = 50;
const BEHIND_SECONDS = 20;

interface Asked {
  readonly item: RegistrationItem;
  readonly result: RewrapResult;
}

interface Change {
  readonly transaction: TransactionRow;
  readonly moved: MovedEscrow[];
  readonly digests: EnvelopeDigests[];
}

/**
 * Returns the group with the custodian's new wrap; undefined if another act changed the group since the custodian was
 * asked.
 */
function moveGroup(
  { row, wraps, context, envelope }: SealedGroupRow,
  asked: Asked | undefined,
): { moved: MovedEscrow; digests: EnvelopeDigests } | undefined {
  if (asked?.result.ok !== true) return undefined;
  const { item, result } = asked;
  const own = wraps.find(({ kid }) => kid.startsWith("escrow#"));
  const sent = item.jwe.recipients.find(({ header }) => header.kid === own?.kid);
  const isSame = row.gen === result.gen && row.bd === result.bd && own?.epk === sent?.header.epk.x;
  if (own === undefined || !isSame || own.encryptedKey !== sent?.encrypted_key) return undefined;
  const { kid, epk, encrypted_key, bd, signature } = result;
  const apu = toBase64url(utf8(apuText(context)));
  const header = { kid, epk: { crv: "X25519", kty: "OKP", x: epk }, apu, apv: toBase64url(utf8(kid)) };
  const recipient = { header, encrypted_key };
  const next = replaceRecipient({ ...context, envelope, oldKid: own.kid, recipient }).envelope;
  return {
    moved: {
      transactionId: row.transactionId,
      group: row.group,
      gen: row.gen,
      oldKid: own.kid,
      kid,
      epoch: Number(kid.slice("escrow#".length)),
      epk,
      encryptedKey: encrypted_key,
      bd,
      signature,
    },
    digests: { grp: row.group, gen: row.gen, bd, rl: recipientsDigest(next.recipients) },
  };
}

function keyOf(transaction: string, group: string): string {
  return `${transaction}|${group}`;
}

/** Returns the change of each transaction, from rows that are locked and compared with the log. */
async function changesOf(
  tx: Tx,
  cx: EscrowMoveContext,
  ids: readonly string[],
  asked: ReadonlyMap<string, Asked>,
): Promise<Change[]> {
  const transactions = await lockTransactions(tx, cx.instance.tenantId, ids);
  const records = await loadAllSealed(tx, transactions);
  return transactions.flatMap((transaction, at): Change[] => {
    const record = records[at];
    if (record === undefined) return [];
    if (!isRecordInLog(cx, transaction, record)) {
      cx.logger.error(
        { alarm: "envelope.replaced", transaction: transaction.id },
        "transaction was not moved to the new escrow epoch",
      );
      return [];
    }
    const groups = record.groups.flatMap((group) => {
      const change = moveGroup(group, asked.get(keyOf(transaction.id, group.row.group)));
      return change === undefined ? [] : [change];
    });
    if (groups.length === 0) return [];
    return [
      { transaction, moved: groups.map((one) => one.moved), digests: groups.map((one) => one.digests) },
    ];
  });
}

async function store(tx: Tx, cx: EscrowMoveContext, changes: readonly Change[]): Promise<number> {
  if (changes.length === 0) return 0;
  const entries = await appendEntries(
    tx,
    cx,
    changes.map(({ transaction, moved, digests }) => ({
      class: "transaction" as const,
      outcome: "done" as const,
      action: "transaction.rewrap",
      subjects: [`transaction:${transaction.id}`],
      details: {
        transaction: transaction.id,
        kid: moved[0]?.kid ?? "",
        groups: digests.map(({ grp }) => grp),
        old_kids: [...new Set(moved.map(({ oldKid }) => oldKid))].sort(),
      },
      pub: { envelopes: [...digests].sort((a, b) => (a.grp < b.grp ? -1 : 1)) },
      index: { transactionId: transaction.id },
    })),
  );
  const moved = changes.flatMap((change) => change.moved);
  if ((await moveEscrowWraps(tx, moved)) !== moved.length) {
    throw new TypeError("a locked recipient entry does not exist");
  }
  const bound = changes.flatMap(({ transaction, digests }, at) =>
    digests.map(({ grp, gen }) => ({
      transactionId: transaction.id,
      group: GroupName.parse(grp),
      gen,
      entryId: entries[at]?.id ?? "",
    })),
  );
  await bindGroups(tx, bound);
  for (const epoch of new Set(moved.map((one) => one.epoch))) await tellEpoch(tx, epoch);
  return moved.length;
}

/** Asks the custodian for these transactions' groups; logs those it refuses for the operator. */
async function ask(cx: EscrowMoveContext, ids: readonly string[]): Promise<Map<string, Asked>> {
  const wanted = { transactionIds: ids, groups: GroupName.options, onlyUnregistered: false };
  const items = await selectSealedGroups(cx.db, wanted);
  const results = await cx.escrow.rewrap(items);
  const refused = results.filter(({ ok }) => !ok).length;
  if (refused > 0) {
    cx.logger.error({ alarm: "escrow.refused", count: refused }, "custodian re-wrapped some groups only");
  }
  return new Map(
    items.flatMap((item, at) => {
      const result = results[at];
      return result === undefined ? [] : [[keyOf(item.tx, item.grp), { item, result }] as const];
    }),
  );
}

/**
 * Re-wraps what is wrapped for former escrow epochs for the newest one. The custodian opens and wraps it. The portal
 * stores each wrap under a log entry, fifty transactions in one database transaction. The sealed bodies do not change.
 * If the process ends at any point, a batch is done or not done. A batch that is not done is requested again. Returns
 * how many wraps were replaced.
 */
export async function rewrapEscrow(cx: EscrowMoveContext, signal?: AbortSignal): Promise<number> {
  const { epoch } = await cx.escrow.epoch();
  let total = 0;
  let after: string | undefined;
  while (signal?.aborted !== true) {
    const where = { tenantId: cx.instance.tenantId, epoch, after, limit: BATCH };
    const ids = await inSnapshot(cx, async (tx) =>
      (await isLogBehind(tx, BEHIND_SECONDS)) ? [] : listUnderFormer(tx, where),
    );
    after = ids.at(-1);
    if (after === undefined) break;
    const asked = await ask(cx, ids);
    total += await inTransaction(cx, async (tx) => store(tx, cx, await changesOf(tx, cx, ids, asked)));
  }
  return total;
}
