import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { formatSeconds, parseSeconds } from "@/lib/crypto/instant";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { type Core, nameRegistrations, remember } from "@/lib/custodian/core";
import { JournalError } from "@/lib/custodian/journal/journal";
import { refuse } from "@/lib/custodian/refused";
import { noteStatement } from "@/lib/custodian/roster/note-statement";
import { EPOCH_DUTY, type EpochStatement, type SignedEpochOrder } from "@/lib/escrow/protocol/epoch-order";
import type { SignedEpoch } from "@/lib/escrow/protocol/messages";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import { ensureEscrowKey, escrowKeyName } from "@/lib/keystore/files/create-keys";

const DAY_MS = 24 * 60 * 60_000;

/** Returns the newest epoch, which is sealed to now. */
export function newestEpoch(core: Core): SignedEpoch {
  const newest = core.memory.epochs.at(-1);
  if (newest === undefined) throw new JournalError("the custodian has announced no escrow key");
  return newest;
}

function announce(core: Core, epoch: number): void {
  const statement = {
    log: core.log,
    epoch,
    kid: `escrow#${epoch}`,
    public_key: toBase64url(ensureEscrowKey(core.keystore, core.log, epoch).publicKey),
    created_at: formatSeconds(core.clock.nowMs()),
  };
  const signature = core.identity.signNow(statementBytes("escrow-key", statement));
  nameRegistrations(core);
  remember(core, { kind: "epoch", signed: { statement, signature: toBase64url(signature) } });
}

/**
 * Checks the keystore: keys of announced epochs must be present, keys of destroyed epochs must not. Announces the first
 * epoch.
 */
export function ensureEpochs(core: Core): void {
  const { keystore, memory } = core;
  for (const epoch of memory.destroyed) keystore.removeNamedKey(escrowKeyName(epoch));
  for (const { statement } of memory.epochs) {
    if (memory.destroyed.has(statement.epoch)) continue;
    const key = keystore.readNamedKey(escrowKeyName(statement.epoch));
    if (key !== undefined && toBase64url(key.publicKey) === statement.public_key) continue;
    throw new JournalError("KEY_DIR has another escrow key than the one that this custodian announced");
  }
  if (memory.epochs.length === 0) announce(core, 1);
}

/** Begins the next epoch when the newest is too old by the custodian's own clock. */
export function rotateWhenDue(core: Core): void {
  const { statement } = newestEpoch(core);
  const age = core.clock.nowMs() - parseSeconds(statement.created_at);
  if (age >= core.rotationDays * DAY_MS) announce(core, statement.epoch + 1);
}

/**
 * Begins this epoch on demand. A repetition is not an error. Refused while entries of an epoch before the newest wait to
 * be moved, so that repeated requests cannot create keys without limit.
 */
export function beginEpoch(core: Core, epoch: number): void {
  const newest = newestEpoch(core).statement.epoch;
  if (epoch <= newest) return;
  if (epoch !== newest + 1) refuse("epoch", `The next epoch is ${newest + 1}.`);
  const { memory, registrations } = core;
  const waits = memory.epochs.some(
    ({ statement: { kid, epoch: one } }) => one < newest && registrations.countUnder(kid) > 0,
  );
  if (waits) refuse("epoch", "Entries of an older epoch have not been re-wrapped yet.");
  announce(core, epoch);
}

/**
 * Destroys a former epoch's private key for good. The journal records it first, so that the custodian completes it after
 * a crash. Refused for the newest epoch and while a registered entry is sealed with the key.
 */
export function destroyEpoch(core: Core, epoch: number): void {
  const { memory, registrations, keystore } = core;
  const known =
    memory.epochs.find(({ statement }) => statement.epoch === epoch) ??
    refuse("epoch", `There is no escrow epoch ${epoch}.`);
  if (epoch === newestEpoch(core).statement.epoch) refuse("epoch", "The newest epoch is in use.");
  const left = registrations.countUnder(known.statement.kid);
  if (left > 0) refuse("epoch", `${left} registered groups are still sealed for this epoch.`);
  nameRegistrations(core);
  if (!memory.destroyed.has(epoch)) remember(core, { kind: "destroy", epoch });
  keystore.removeNamedKey(escrowKeyName(epoch));
}

/**
 * Returns the epoch that an order names, after an administrator's signature was verified and journalled. So a portal
 * alone neither begins nor destroys an epoch. The custodian's own clock begins one without an order.
 */
export async function requireOrder(
  core: Core,
  roster: Roster,
  { statement, signature }: SignedEpochOrder,
  act: EpochStatement["act"],
): Promise<number> {
  if (statement.act !== act) refuse("epoch", `The order is to ${statement.act} an epoch.`);
  const person = findPerson(roster, statement.person);
  if (person?.duties.includes(EPOCH_DUTY) !== true)
    refuse("duty", "Only people on the roster with the duty admin can order epochs.");
  await noteStatement(core, roster, { kind: "epoch", statement, signature });
  return statement.epoch;
}
