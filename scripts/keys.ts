import { parseArgs } from "node:util";
import { custodyNow, isCustodyAct } from "@/lib/launch/custody-now";

const USAGE = `usage: npm run keys -- custody show                 where the root keys of this instance are
       npm run keys -- custody move --to CUSTODY   wrap them anew there; nothing changes until a process starts with it
       npm run keys -- custody finish              drop the old root keys, after every process has been started anew
       npm run keys -- custody cancel              drop root keys that were wrapped and not started with
CUSTODY is local, aws-kms:KEY, pkcs11:URI or transit:MOUNT/KEY. SEALPORT_CUSTODY says where the keys are now.
  --of portal|signer|custodian|witness             one process's keys only
With KEY_DIR set it is that folder's keystore, else those below DATA_DIR.
`;

function usage(): never {
  process.stderr.write(USAGE);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { to: { type: "string" }, of: { type: "string" } },
    });
  } catch {
    return usage();
  }
}

const { values, positionals } = readArguments();
const [subject, act = "", ...rest] = positionals;
if (subject !== "custody" || !isCustodyAct(act) || rest.length > 0) usage();
if ((act === "move") !== (values.to !== undefined)) usage();
process.exitCode = await custodyNow(act, values);
