import { parseArgs } from "node:util";
import { type BackupOrder, backupNow } from "@/lib/launch/recovery/backup-now";
import { custodyNow, isCustodyAct } from "@/lib/launch/recovery/custody-now";

const USAGE = `usage: npm run keys -- custody show                 where the root keys of this instance are
       npm run keys -- custody move --to CUSTODY   re-wrap them there; nothing changes until a process starts with it
       npm run keys -- custody finish              drop the old root keys, after every process has restarted
       npm run keys -- custody cancel              drop root keys that were wrapped and not started with
       npm run keys -- backup show                 what is on record of backups of the root keys
       npm run keys -- backup ceremony --threshold T --shares N [--out FOLDER]
                                                   divide a root key among N persons, of whom any T restore it
       npm run keys -- backup drill FILE…          see that T shares still give the root key
       npm run keys -- backup restore FILE… --to CUSTODY
                                                   re-wrap the keys there with T shares, when the old custody is lost
CUSTODY is local, aws-kms:KEY, pkcs11:URI, pkcs11-resident:URI or transit:MOUNT/KEY. SEALPORT_CUSTODY says where the keys are now.
FILE is a share, or several; - reads them from the input. Never write a share as an argument.
  --of portal|signer|custodian|witness             one process's keys only
With KEY_DIR set it is that folder's keystore, else those below DATA_DIR.
`;

function usage(): never {
  process.stderr.write(USAGE);
  process.exit(2);
}

const TEXT = { type: "string" } as const;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { to: TEXT, of: TEXT, threshold: TEXT, shares: TEXT, out: TEXT },
    });
  } catch {
    return usage();
  }
}

const { values, positionals } = readArguments();
const [subject, act = "", ...files] = positionals;

/** Exactly these options, `of` apart. */
function requireOnly(...names: readonly string[]): void {
  const isOdd = Object.keys(values).some((name) => name !== "of" && !names.includes(name));
  if (isOdd) usage();
}

function count(text: string | undefined): number {
  return text !== undefined && /^[0-9]{1,3}$/.test(text) ? Number(text) : usage();
}

function backupOrder(): BackupOrder {
  const { of, to, out } = values;
  switch (act) {
    case "show":
      requireOnly();
      return files.length === 0 ? { act, of } : usage();
    case "ceremony":
      requireOnly("threshold", "shares", "out");
      if (files.length > 0) usage();
      return { act, of, out, threshold: count(values.threshold), shares: count(values.shares) };
    case "drill":
      requireOnly();
      return files.length > 0 ? { act, of, files } : usage();
    case "restore":
      requireOnly("to");
      return files.length > 0 && to !== undefined ? { act, of, files, to } : usage();
    default:
      return usage();
  }
}

function custody(): Promise<number> {
  requireOnly("to");
  if (!isCustodyAct(act) || files.length > 0) return usage();
  if ((act === "move") !== (values.to !== undefined)) usage();
  return custodyNow(act, values);
}

if (subject !== "custody" && subject !== "backup") usage();
process.exitCode = await (subject === "custody" ? custody() : backupNow(backupOrder()));
