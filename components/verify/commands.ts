import type { AuditKeys } from "@/lib/audit/schema";

/** A policy file of the verifier with the keys as this portal gives them, to be compared before it is used. */
export function policyText(keys: AuditKeys): string {
  const { log, receipts, witnesses, time_stamp } = keys;
  const policy = {
    log,
    receipts,
    witnesses,
    quorum: witnesses.length === 0 ? 0 : 1,
    ...(time_stamp.length === 0 ? {} : { time_stamp }),
  };
  return JSON.stringify(policy, undefined, 2);
}

/** Quotes a text for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Shell commands that check a checkpoint's signature without our software (C2SP signed-note). They cut out the text
 * before the empty line and the signature after the key id (4 bytes). The key after its type byte is put behind the 12
 * bytes that begin every Ed25519 SubjectPublicKeyInfo (RFC 8410).
 */
export function opensslCommands(vkey: string): string {
  const [, name = "", key = ""] = /^([^+]+)\+[0-9a-f]{8}\+(.+)$/.exec(vkey) ?? [];
  return [
    "sed '/^$/,$d' checkpoint.txt > signed.txt",
    `grep -F ${quoted(`— ${name} `)} checkpoint.txt | cut -d' ' -f3 | base64 -d | tail -c +5 > signature.bin`,
    String.raw`(printf '\060\052\060\005\006\003\053\145\160\003\041\000'; echo ${quoted(key)} | base64 -d | tail -c 32) > key.der`,
    "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in signed.txt -sigfile signature.bin",
  ].join("\n");
}
