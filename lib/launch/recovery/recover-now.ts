import "server-only";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Pool } from "pg";
import { type Agreed, planRecovery, RecoveryRefused, recoverLog } from "@/lib/audit/recovery/recover-log";
import { openSignedCopy, type SignedCopy, SignerStoreDamaged } from "@/lib/audit/signer/signed-copy";
import { toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { JournalError } from "@/lib/custodian/journal/journal";
import { Refused } from "@/lib/custodian/refused";
import {
  recoverersOf,
  requireRecoveryAgreed,
  type WantedRecovery,
} from "@/lib/custodian/roster/check-recovery";
import { RosterError } from "@/lib/custodian/roster/roster";
import { urlFor } from "@/lib/db/bootstrap-roles";
import { StartError } from "@/lib/db/embedded/start-error";
import { openOwnerPool } from "@/lib/db/migrate";
import { type LaunchEnv, launchEnv } from "@/lib/env";
import { readCustody } from "@/lib/env/custody";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { EscrowClient } from "@/lib/escrow/protocol/port";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { SignedRecoveries } from "@/lib/escrow/protocol/statements";
import { holdsOwnKey } from "@/lib/escrow/protocol/succession";
import type { Keystore } from "@/lib/keystore/keystore";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { startOwnServer } from "@/lib/launch/databases";
import { keyVariables, portalOrigin } from "@/lib/launch/environments";
import { explainFailure } from "@/lib/launch/failure";
import { prepareFolders, removeRunDir } from "@/lib/launch/folders";
import { readInstance, unlockOriginOf } from "@/lib/launch/instance-file";
import { lockDataFolder } from "@/lib/launch/lock";
import { type CustodianPlace, withCustodian } from "@/lib/launch/recovery/custodian-at-hand";
import { replaceLog } from "@/lib/launch/recovery/replace-log";

/** The operator's arguments. Without `confirm` it changes nothing. */
export interface RecoverOptions {
  /** Size of the tree that the signer holds, retyped by the operator. */
  readonly confirm?: number;
  /** Files of signed statements, `[{statement, signature}]`, as the page Roster makes one for each person. */
  readonly statements?: readonly string[];
  /** The signer's store is lost: name of the log that follows, and the file of the old log's newest checkpoint. */
  readonly newOrigin?: string;
  readonly checkpoint?: string;
}

interface Recovery extends CustodianPlace {
  readonly owner: Pool;
  readonly place: { readonly log: string; readonly tenantId: string };
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    throw new StartError(`${file} cannot be read as JSON.`);
  }
}

async function portalKeystore({ env, folders, instance }: Recovery): Promise<Keystore> {
  const { KEY_DIR = "", ...unlock } = keyVariables(env, folders, "portal", unlockOriginOf(instance));
  return openKeystore({ dir: KEY_DIR, custody: readCustody(unlock) });
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
  { env, place }: Recovery,
  custodian: EscrowClient,
  keystore: Keystore,
  wanted: WantedRecovery,
  files: readonly string[] | undefined,
): Promise<Agreed> {
  const roster = await custodian.roster();
  const statements = await statementsFor(files, () => portalStatements(keystore, roster, wanted));
  // An instance of `npm start` is an evaluation, so the entry records the recovery as one.
  const rules = { log: place.log, isEvaluation: true, roster, origins: [portalOrigin(env)] };
  const assurance = await requireRecoveryAgreed(rules, wanted, statements);
  for (const { statement, signature } of statements)
    if (signature.kind === "passkey")
      await custodian.noteStatement({ kind: "recovery", statement, signature });
  return { from: wanted.from, to: wanted.to, assurance, statements };
}

async function recover(recovery: Recovery, copy: SignedCopy, options: RecoverOptions): Promise<void> {
  const { owner, place } = recovery;
  const { from, to, root, unsigned } = await planRecovery(owner, place, copy);
  if (from === to) return say("The database has all signed entries. Nothing to recover.");
  say(`The signer holds ${to} entries, the database agrees with the first ${from}.`);
  say(`Entries ${from} to ${to - 1} would be appended again; ${unsigned} unsigned entries move behind them.`);
  const wanted: WantedRecovery = { log: place.log, from, to, root: toBase64url(root) };
  if (options.confirm === undefined) {
    say("To be signed by two people of the roster, on the page Roster of the portal:");
    say(JSON.stringify(wanted));
    say(`Then: npm run recover -- --confirm ${to} --statements FILE --statements FILE`);
    return say(
      "Without --statements the portal's key signs, while no one on the roster has a key of their own.",
    );
  }
  if (options.confirm !== to) throw new StartError(`The signer holds ${to} entries, not ${options.confirm}.`);
  const keystore = await portalKeystore(recovery);
  const agreed = await withCustodian(recovery, (custodian) =>
    agree(recovery, custodian, keystore, wanted, options.statements),
  );
  const done = await recoverLog(owner, place, copy, agreed, keystore);
  const { assurance } = agreed;
  say(`Appended again: entries ${done.from} to ${done.to - 1}. Assurance: ${assurance}.`);
  say(`Lost with their sealed parts: ${done.lost.length}. Erased again: ${done.erasedAgain}.`);
  for (const id of done.entries) say(`Recorded by entry ${id}.`);
}

async function run(recovery: Recovery, options: RecoverOptions): Promise<void> {
  const { folders, place } = recovery;
  if (options.newOrigin !== undefined) return replaceLog(recovery, { ...options, origin: options.newOrigin });
  const copy = await openSignedCopy(path.join(folders.privateDir("signer"), "log"), place.log);
  if (copy === undefined)
    throw new StartError("The signer's store is empty. If it is lost: --new-origin NAME --checkpoint FILE.");
  await recover(recovery, copy, options);
}

function adminUrlOf(env: LaunchEnv, adminUrl: string | undefined): string | undefined {
  return adminUrl === undefined ? undefined : urlFor(adminUrl, undefined, env.DATABASE_NAME);
}

const NO_ROSTER = "The custodian has no roster yet.";
const REMEDY =
  " Restore its roster.json, or start the instance and make the first roster: npm run op -- roster begin (docs/guides/deploying.md).";

function explain(error: unknown): string | undefined {
  if (error instanceof DomainError && error.code === "custodian.refused")
    return `The custodian refuses the statements: ${error.detail}${error.detail === NO_ROSTER ? REMEDY : ""}`;
  if (error instanceof FormatError) return `The input has an invalid format: ${error.message}.`;
  const ours = [RecoveryRefused, Refused, SignerStoreDamaged, RosterError, JournalError, KeystoreError];
  const isOurs = error instanceof Error && ours.some((kind) => error instanceof kind);
  return isOurs ? error.message : explainFailure(error);
}

/**
 * `npm run recover`: continues the log after a restore (docs/runbooks/recovery.md). With the embedded database the
 * instance must be stopped; with an operator's own it may run.
 */
export async function recoverNow(options: RecoverOptions): Promise<void> {
  try {
    const env = launchEnv();
    const folders = await prepareFolders(env.DATA_DIR);
    const instance = await readInstance(folders.file("instance.json"));
    if (instance === undefined) throw new StartError("No instance in DATA_DIR.");
    const given = env.DATABASE_OWNER_URL ?? adminUrlOf(env, env.DATABASE_ADMIN_URL);
    if (given === undefined && env.DATABASE_URL !== undefined)
      throw new StartError("Set DATABASE_ADMIN_URL or DATABASE_OWNER_URL.");
    const unlock = given === undefined ? await lockDataFolder(folders.file("supervisor.lock")) : undefined;
    const embedded = given === undefined ? await startOwnServer(env, folders) : undefined;
    const ownerUrl = given ?? adminUrlOf(env, embedded?.adminUrl) ?? "";
    const owner = openOwnerPool(ownerUrl, instance.tenant_id);
    const place = { log: instance.origin, tenantId: instance.tenant_id };
    try {
      await run({ env, folders, instance, owner, place, isLocked: unlock !== undefined }, options);
    } finally {
      await owner.end();
      await embedded?.stop();
      await removeRunDir(folders);
      await unlock?.();
    }
  } catch (error) {
    process.stderr.write(`${explain(error) ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exit(1);
  }
}
