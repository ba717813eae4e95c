import "server-only";
import { readFileSync } from "node:fs";
import type { TokenSettings } from "@/lib/env/custody";
import { KeystoreError } from "@/lib/keystore/keystore-types";

/** The parts of a PKCS#11 URI that name the key, the token and the module. */
export interface TokenPlace {
  readonly module: string;
  readonly token: string;
  readonly object: string | undefined;
  /** In hex, as pkcs11-tool takes it. */
  readonly id: string | undefined;
}

const KNOWN = ["token", "object", "id", "type", "module-path"];

function malformed(what: string): KeystoreError {
  return new KeystoreError(
    "keystore.unusable",
    `SEALPORT_CUSTODY=pkcs11:token=…;object=…?module-path=… ${what}`,
  );
}

function decode(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== "%") {
      bytes.push(text.charCodeAt(at));
      continue;
    }
    const hex = text.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) throw malformed("has a broken percent sign");
    bytes.push(Number.parseInt(hex, 16));
    at += 2;
  }
  return Buffer.from(bytes);
}

/**
 * Parses the part after `pkcs11:` of a PKCS#11 URI (RFC 7512). Unknown attributes are refused. A PIN is refused too,
 * because the URI is shown and logged.
 */
export function parsePkcs11Uri(text: string): TokenPlace {
  const [pathPart = "", query = "", ...rest] = text.split("?");
  if (rest.length > 0) throw malformed("has two questions");
  const found = new Map<string, Buffer>();
  const pairs = [...pathPart.split(";"), ...query.split("&")].filter((pair) => pair !== "");
  for (const pair of pairs) {
    const cut = pair.indexOf("=");
    const name = pair.slice(0, cut);
    if (!KNOWN.includes(name)) throw malformed(`takes only ${KNOWN.join(", ")}`);
    if (found.has(name)) throw malformed(`says ${name} twice`);
    found.set(name, decode(pair.slice(cut + 1)));
  }
  const textOf = (name: string) => found.get(name)?.toString("utf8");
  const [module, token, object] = [textOf("module-path"), textOf("token"), textOf("object")];
  const id = found.get("id")?.toString("hex");
  if (module === undefined || token === undefined) throw malformed("needs token and module-path");
  if (object === undefined && id === undefined) throw malformed("needs object or id");
  if ((textOf("type") ?? "secret-key") !== "secret-key") throw malformed("means a secret-key");
  return { module, token, object, id };
}

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
