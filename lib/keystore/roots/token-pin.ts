import "server-only";
import { readFileSync } from "node:fs";
import type { TokenSettings } from "@/lib/env/custody";
import { KeystoreError } from "@/lib/keystore/keystore-types";

/** Returns the user's PIN of a token, read again each time. Throws `keystore.denied` if none is configured. */
export function readPin({ pin, pinFile }: Pick<TokenSettings, "pin" | "pinFile">): string {
  if (pinFile === undefined) {
    if (pin !== undefined) return pin;
    throw new KeystoreError("keystore.denied", "set PKCS11_PIN_FILE or PKCS11_PIN");
  }
  try {
    return readFileSync(pinFile, "utf8").trim();
  } catch (cause) {
    throw new KeystoreError("keystore.denied", `the PIN file ${pinFile} cannot be read`, { cause });
  }
}
