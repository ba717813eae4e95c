import { parseArgs } from "node:util";
import { recoverNow } from "@/lib/launch/recovery/recover-now";

const USAGE = `usage: npm run recover                                     what a recovery would do, and what two persons sign
       npm run recover -- --confirm SIZE [--statements FILE …]   append again what the database lost
       npm run recover -- --copy FOLDER …                        parts apart: at a portal, with its variables and DATABASE_OWNER_URL
       npm run recover -- --new-origin NAME --checkpoint FILE [--confirm 0]   the signer's store is lost too
`;

function usage(): never {
  process.stderr.write(USAGE);
  process.exit(2);
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        confirm: { type: "string" },
        statements: { type: "string", multiple: true },
        "new-origin": { type: "string" },
        copy: { type: "string" },
        checkpoint: { type: "string" },
      },
    });
    return values;
  } catch {
    return usage();
  }
}

const { confirm, statements, copy, checkpoint, "new-origin": newOrigin } = readArguments();
if (confirm !== undefined && !/^(?:0|[1-9][0-9]{0,14})$/.test(confirm)) usage();
await recoverNow({
  ...(confirm === undefined ? {} : { confirm: Number(confirm) }),
  ...(statements === undefined ? {} : { statements }),
  ...(copy === undefined ? {} : { copy }),
  ...(newOrigin === undefined ? {} : { newOrigin }),
  ...(checkpoint === undefined ? {} : { checkpoint }),
});
