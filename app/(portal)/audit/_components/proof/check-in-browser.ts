import { addressOf, send } from "@/components/client/api";
import { checkProof, type ProofFault } from "@/lib/audit/bundle-verifier/tree/check-proof";
import { equalConstantTime, fromBase64url, fromUtf8 } from "@/lib/crypto/bytes";
import { canonicalBytes, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";

// Loaded with the first check only: the tree, the notes and Ed25519 are most of the section's script.

/** An entry as the page shows it. */
export interface ShownEntry {
  readonly seq: number;
  readonly entryId: string;
  readonly log: string;
  /** Whether that log is a closed one, which has keys of its own. */
  readonly isClosed: boolean;
  /** base64url */
  readonly entry: string;
  readonly leaf: string;
  readonly proof: string;
  readonly parts: readonly ShownPart[];
}

export interface ShownPart {
  readonly c: string;
  readonly kind: string;
  readonly stored: string;
  readonly partKey: string;
  readonly plaintext: Readonly<Record<string, unknown>>;
}

interface LogKeys {
  readonly log: readonly string[];
  readonly witnesses: readonly { readonly vkey: string; readonly kind: "own" | "independent" }[];
}

export type CheckResult =
  | {
      readonly ok: true;
      readonly neighbours: number;
      readonly size: number;
      /** Verifier key of the log that signed the root. */
      readonly key: string;
      readonly witnesses: readonly {
        readonly name: string;
        readonly kind: "own" | "independent";
        readonly at: string;
      }[];
      /** Parts that are what the entry holds; undefined where this browser cannot open them. */
      readonly parts: number | undefined;
    }
  | { readonly ok: false; readonly fault: ProofFault | "part" };

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function witnessesOf(value: unknown): LogKeys["witnesses"] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const { vkey, kind } = Object(one);
    return typeof vkey === "string" && (kind === "own" || kind === "independent") ? [{ vkey, kind }] : [];
  });
}

async function fetchKeys({ log: origin, isClosed }: ShownEntry): Promise<LogKeys> {
  const path = addressOf("/confidential/audit/keys", { query: isClosed ? { log: origin } : {} });
  const answer: unknown = await (await send("GET", path)).json();
  const { log, witnesses } = Object(answer);
  return { log: textsOf(log), witnesses: witnessesOf(witnesses) };
}

const IV_BYTES = 12;

function digestsOf(entry: Uint8Array): Map<string, string> {
  const parsed = parseCanonicalJson(fromUtf8(entry));
  const { sealed } = Object(parsed);
  const pairs = Array.isArray(sealed) ? sealed : [];
  return new Map(pairs.map((pair: unknown) => [String(Object(pair).c), String(Object(pair).d)]));
}

/** Opens a part with its own key and compares it with what the page shows (AES-256-GCM, audit.md "Sealed parts"). */
async function isWhatItSays(shown: ShownEntry, part: ShownPart, stored: Uint8Array): Promise<boolean> {
  const raw = Uint8Array.from(fromBase64url(part.partKey));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const additionalData = Uint8Array.from(canonicalBytes({ log: shown.log, id: shown.entryId, c: part.c }));
  const iv = Uint8Array.from(stored.subarray(0, IV_BYTES));
  const sealed = Uint8Array.from(stored.subarray(IV_BYTES));
  try {
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed);
    return equalConstantTime(new Uint8Array(opened), canonicalBytes(part.plaintext));
  } catch {
    return false;
  }
}

/** Whether every part shown is what the entry binds, and opens to what the page says. */
async function checkParts(shown: ShownEntry, entry: Uint8Array): Promise<boolean> {
  const digests = digestsOf(entry);
  for (const part of shown.parts) {
    const stored = fromBase64url(part.stored);
    const bound = digests.get(part.c);
    if (bound === undefined || !equalConstantTime(sha256(stored), fromBase64url(bound))) return false;
    if (!(await isWhatItSays(shown, part, stored))) return false;
  }
  return true;
}

/** Checks an entry against the log, in this browser. The keys come from the portal itself, which the page states. */
export async function checkEntry(shown: ShownEntry): Promise<CheckResult> {
  const keys = await fetchKeys(shown);
  const entry = fromBase64url(shown.entry);
  const checked = checkProof({
    entry,
    leaf: shown.leaf,
    seq: shown.seq,
    log: shown.log,
    proof: shown.proof,
    logKeys: keys.log,
    witnessKeys: keys.witnesses.map(({ vkey }) => vkey),
  });
  if (!checked.ok) return checked;
  // WebCrypto is there on https and on this machine only.
  const canOpen = crypto.subtle !== undefined;
  if (canOpen && !(await checkParts(shown, entry))) return { ok: false, fault: "part" };
  return {
    ok: true,
    neighbours: checked.proof.steps.length,
    size: checked.proof.size,
    key: checked.signature.vkey,
    witnesses: checked.cosignatures.map(({ name, vkey, timestamp = 0 }) => ({
      name,
      kind: keys.witnesses.find((witness) => witness.vkey === vkey)?.kind ?? "own",
      at: new Date(timestamp * 1000).toISOString(),
    })),
    parts: canOpen ? shown.parts.length : undefined,
  };
}
