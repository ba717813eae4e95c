import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { readCustody } from "@/lib/env/custody";
import { newKeyFileText } from "@/lib/keystore/files/keystore-file";
import { type CustodyBench, describeCustody } from "@/lib/testing/contracts/custody-contract";

async function keyFileBench(): Promise<CustodyBench> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sealport-key-files-"));
  const file = (name: string): string => {
    writeFileSync(path.join(dir, name), newKeyFileText(), { mode: 0o600 });
    return path.join(dir, name);
  };
  const [own, other] = [file("own.key"), file("other.key")];
  return {
    settings: readCustody({ KEK_FILE: own }),
    otherKey: readCustody({ KEK_FILE: other }),
    secrets: [readFileSync(own, "utf8").trim()],
    close: async () => rmSync(dir, { recursive: true, force: true }),
  };
}

describeCustody("a key file", { isService: false, start: keyFileBench });

describeCustody("a passphrase", {
  isService: false,
  start: async () => ({
    settings: readCustody({ KEK_PASSPHRASE: "correct horse" }),
    otherKey: readCustody({ KEK_PASSPHRASE: "wrong horse" }),
    damages: 3,
    secrets: ["correct horse"],
    close: async () => undefined,
  }),
});
