import "server-only";
import { readFile } from "node:fs/promises";
import type { Pool } from "pg";
import { type Agreed, planRecovery, recoverLog } from "@/lib/audit/recovery/recover-log";
import type { SignedCopy } from "@/lib/audit/signer/signed-copy";
import { toBase64url } from "@/lib/crypto/bytes";
import {
  recoverersOf,
  requireRecoveryAgreed,
  type WantedRecovery,
} from "@/lib/custodian/roster/check-recovery";
import { StartError } from "@/lib/db/embedded/start-error";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { EscrowClient } from "@/lib/escrow/protocol/port";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { SignedRecoveries } from "@/lib/escrow/protocol/statements";
import { holdsOwnKey } from "@/lib/escrow/protocol/succession";
import type { Keystore } from "@/lib/keystore/keystore";

/** The operator's arguments. Without `confirm` it changes nothing. */
export interface RecoverOptions {
  /** Size of the tree that the signer holds, retyped by the operator. */
  readonly confirm?: number;
  /** Files of signed statements, `[{statement, signature}]`, as the page Roster makes one for each person. */
  readonly statements?: readonly string[];
  /** Folder that `signer export` wrote, where the signer is on another machine. */
  readonly copy?: string;
  /** The signer's store is lost: name of the log that follows, and the file of the old log's newest checkpoint. */
  readonly newOrigin?: string;
  readonly checkpoint?: string;
}

/** The database of a log, and who is asked: of an instance in one folder, or of parts apart. */
export interface Recovery {
  readonly owner: Pool;
  readonly place: { readonly log: string; readonly tenantId: string; readonly logVkey: string };
  readonly isEvaluation: boolean;
  /** Accepted passkey origins in addition to the roster's. */
  readonly origins: readonly string[];
  /** Opens the portal's keystore. */
  openKeystore(): Promise<Keystore>;
  withCustodian<T>(use: (custodian: EscrowClient) => Promise<T>): Promise<T>;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    throw new StartError(`${file} cannot be read as JSON.`);
  }
}

/** In an evaluation whose people hold no keys, the portal's key signs in place of two of them. */
async function portalStatements(
  keystore: Keystore,
  roster: Roster,
  wanted: WantedRecovery,
): Promise<SignedRecoveries> {
  if (roster.persons.some(holdsOwnKey)) return [];
  return Promise.all(
    recoverersOf(roster)
      .slice(0, 2)
      .map(async ({ person }) => {
        const statement = { ...wanted, person };
        return { statement, signature: await signAsPortal(keystore, "recovery", statement) };
      }),
  );
}

async function statementsFor(
  files: readonly string[] | undefined,
  otherwise: () => Promise<SignedRecoveries>,
): Promise<SignedRecoveries> {
  if (files === undefined) return otherwise();
  const statements: SignedRecoveries = [];
  for (const file of files) {
    const parsed = SignedRecoveries.safeParse(await readJson(file));
    if (!parsed.success) throw new StartError(`${file} has no recovery statements.`);
    statements.push(...parsed.data);
  }
  return statements;
}

/**
 * Returns what two people on the roster in force agreed to. First the custodian checks the statements signed by
 * passkey, and stores their counters as for every other act.
 */
async function agree(
  { place, isEvaluation, origins }: Recovery,
  custodian: EscrowClient,
  keystore: Keystore,
  wanted: WantedRecovery,
  files: readonly string[] | undefined,
): Promise<Agreed> {
  const roster = await custodian.roster();
  const statements = await statementsFor(files, async () =>
    isEvaluation ? portalStatements(keystore, roster, wanted) : [],
  );
  const rules = { log: place.log, isEvaluation, roster, origins };
  const { assurance, counted } = await requireRecoveryAgreed(rules, wanted, statements);
  for (const { statement, signature } of counted)
    if (signature.kind === "passkey")
      await custodian.noteStatement({ kind: "recovery", statement, signature });
  return { from: wanted.from, to: wanted.to, assurance, statements: counted };
}

/**
 * Compares the database with the signer's copy and shows what a recovery would append again. With the size retyped and
 * the statements of two people it does so. Throws StartError, RecoveryRefused, or what the custodian refuses.
 */
export async function recoverDatabase(
  recovery: Recovery,
  copy: SignedCopy,
  options: RecoverOptions,
): Promise<void> {
  const { owner, place } = recovery;
  const { from, to, root, unsigned } = await planRecovery(owner, place, copy);
  if (from === to) return say(`The database has all ${to} entries of the signer's copy. Nothing to recover.`);
  say(`The signer holds ${to} entries, the database agrees with the first ${from}.`);
  say(`Entries ${from} to ${to - 1} would be appended again; ${unsigned} unsigned entries move behind them.`);
  const wanted: WantedRecovery = { log: place.log, from, to, root: toBase64url(root) };
  if (options.confirm === undefined) {
    say("To be signed by two people of the roster, on the page Roster of the portal:");
    say(JSON.stringify(wanted));
    const where = options.copy === undefined ? "" : ` --copy ${options.copy}`;
    say(`Then: npm run recover --${where} --confirm ${to} --statements FILE --statements FILE`);
    if (recovery.isEvaluation)
      say("Without --statements the portal's key signs, while no one on the roster has a key of their own.");
    return;
  }
  if (options.confirm !== to) throw new StartError(`The signer holds ${to} entries, not ${options.confirm}.`);
  const keystore = await recovery.openKeystore();
  const agreed = await recovery.withCustodian((custodian) =>
    agree(recovery, custodian, keystore, wanted, options.statements),
  );
  const done = await recoverLog(owner, place, copy, agreed, keystore);
  const { assurance } = agreed;
  say(`Appended again: entries ${done.from} to ${done.to - 1}. Assurance: ${assurance}.`);
  say(`Lost with their sealed parts: ${done.lost.length}. Erased again: ${done.erasedAgain}.`);
  if (done.unopened > 0)
    say(`Keys of ${done.unopened} people do not open, so no one can say if one of them had been erased.`);
  for (const id of done.entries) say(`Recorded by entry ${id}.`);
}
