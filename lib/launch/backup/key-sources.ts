import "server-only";
import path from "node:path";
import { BackupRefused } from "@/lib/backup/refused";
import { utf8 } from "@/lib/crypto/bytes";
import { custodyCommandEnv, type LaunchEnv } from "@/lib/env";
import { readInstanceFile } from "@/lib/env/instance-file";
import { variablesOf } from "@/lib/env/read-environment";
import { instanceFolders } from "@/lib/launch/backup/backup-place";
import type { InstanceFile } from "@/lib/launch/instance-file";
import { isPartAlone } from "@/lib/launch/operator/beside-instance";

/** What a backup of keys copies: its name there, and the file or folder that it is copied from, or its bytes. */
export interface KeySource {
  readonly name: string;
  readonly from: string | Uint8Array;
}

/**
 * What has to be kept apart from the database, by the part whose custodian keeps it. The witness's state is never restored.
 * The custodian makes an epoch's key before its journal announces it, so its keys are read after the journal.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  portal: ["keys/portal", "keys/worker", "keys/auditor"],
  signer: ["keys/signer", "signer"],
  custodian: ["keys/roster.json", "custodian", "keys/custodian"],
  witness: ["keys/witness"],
  database: ["keys/database"],
  instance: ["instance.json"],
};

/** All names that a backup of keys can have, each a file or a folder. */
export const KEY_PLACES: readonly string[] = Object.values(PARTS).flat();

const OWN_VARIABLES = ["INSTANCE_FILE", "DATA_DIR", "KEK_FILE", "CUSTODIAN_ROSTER_FILE"] as const;

/** Where a part that is started by itself keeps what a backup has under these names. */
function placesOfPart(of: string, keyDir: string): Readonly<Record<string, string>> {
  const {
    DATA_DIR: dataDir = ".",
    KEK_FILE: kek,
    CUSTODIAN_ROSTER_FILE: roster,
  } = variablesOf(OWN_VARIABLES);
  const state: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    signer: { "signer/log": path.join(dataDir, "log") },
    custodian: {
      "keys/roster.json": roster ?? path.join(dataDir, "roster.json"),
      "custodian/custodian": path.join(dataDir, "custodian"),
    },
  };
  return {
    ...state[of],
    [`keys/${of}`]: keyDir,
    ...(kek === undefined || path.dirname(kek) === keyDir ? {} : { [`keys/${of}/kek.key`]: kek }),
  };
}

/** The instance file in the form of `npm start`, which a restore and a drill read. */
function instanceOf(file: string): Uint8Array {
  const { tenant, origin, keys } = readInstanceFile(file).instance;
  const { signer, portal, custodian, witness } = keys;
  const named = {
    "signer.log": signer,
    "portal.receipt": portal,
    "custodian.identity": custodian,
    "witness.cosigner": witness,
  };
  const vkeys = Object.fromEntries(
    Object.entries(named).flatMap(([name, vkey]) => (vkey === undefined ? [] : [[name, vkey]])),
  );
  const made: InstanceFile = {
    ...{ version: 1, origin, tenant_id: tenant, vkeys, seed: "none" },
    created_at: new Date().toISOString(),
  };
  return utf8(JSON.stringify(made));
}

const PARTS_WITH_KEYS = ["portal", "signer", "custodian", "witness"];

function sourcesOfPart(of: string | undefined): KeySource[] {
  if (of === undefined || !PARTS_WITH_KEYS.includes(of))
    throw new BackupRefused(
      `Name the part whose variables are set: --of is one of ${PARTS_WITH_KEYS.join(", ")}.`,
    );
  const { KEY_DIR: keyDir } = custodyCommandEnv();
  const { INSTANCE_FILE: file } = variablesOf(OWN_VARIABLES);
  if (keyDir === undefined || file === undefined)
    throw new BackupRefused(`Set ${keyDir === undefined ? "KEY_DIR" : "INSTANCE_FILE"}, as for the ${of}.`);
  const places = Object.entries(placesOfPart(of, keyDir)).map(([name, from]) => ({ name, from }));
  return [...places, { name: "instance.json", from: instanceOf(file) }];
}

/**
 * Returns what to copy of one part, or of all: of the instance in DATA_DIR, or of the part whose variables this process
 * has. Throws BackupRefused.
 */
export async function keySources(env: LaunchEnv, of: string | undefined): Promise<KeySource[]> {
  if (isPartAlone()) return sourcesOfPart(of);
  if (of !== undefined && PARTS[of] === undefined)
    throw new BackupRefused(`--of is one of ${Object.keys(PARTS).join(", ")}.`);
  const { dataDir } = await instanceFolders(env);
  const parts = of === undefined ? Object.keys(PARTS) : [of, "instance"];
  return parts.flatMap((part) => PARTS[part] ?? []).map((name) => ({ name, from: path.join(dataDir, name) }));
}
