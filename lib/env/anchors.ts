import { z } from "zod";
import { FormatError } from "@/lib/crypto/format-error";
import { parseVkey } from "@/lib/crypto/log/signed-note";

const Text = z.string().min(1);
const Kind = z.enum(["own", "independent"]);

/** Whether a text is a verifier key of this type: 1 signs notes, 4 cosigns checkpoints. */
function isKey(vkey: string, type: 1 | 4): boolean {
  try {
    return parseVkey(vkey).type === type;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** A verifier key that signs notes: of a log, of receipts, of the custodian. */
export const NoteKey = z.string().refine((vkey) => isKey(vkey, 1), "not a verifier key");
/** A verifier key that cosigns checkpoints. */
export const CosignerKey = z.string().refine((vkey) => isKey(vkey, 4), "not a cosigner's verifier key");

/** One witness: where it answers, the key its cosignatures are checked with, and whose it is. */
const WitnessAddress = z.strictObject({
  url: z.union([z.url({ protocol: /^https?$/ }), z.string().startsWith("unix:/")]),
  vkey: CosignerKey,
  kind: Kind,
});
export type WitnessAddress = z.infer<typeof WitnessAddress>;

/** How many cosignatures of each kind a checkpoint needs before it is published. */
const WitnessPolicy = z.strictObject({ own: z.int().min(0).max(16), independent: z.int().min(0).max(16) });
export type WitnessPolicy = z.infer<typeof WitnessPolicy>;

/** A log that a witness watches: its origin line and the keys that may sign it. */
const WitnessLog = z.strictObject({
  origin: Text,
  vkeys: z.array(NoteKey).min(1),
});
export type WitnessLog = z.infer<typeof WitnessLog>;

const WitnessKey = z.strictObject({ vkey: CosignerKey, kind: Kind });

/** A log that was closed for ever, and the keys for checking it. */
const ClosedLog = z.strictObject({
  origin: Text,
  log: z.array(NoteKey).min(1),
  receipts: z.array(NoteKey),
  witnesses: z.array(WitnessKey),
  /** Entries that its newest checkpoint covered when it was closed. A whole bundle of it does not end before this number. */
  size: z.int().min(0).optional(),
});

function jsonOf<T extends z.ZodType>(schema: T) {
  return z.string().transform((value, context): z.output<T> => {
    try {
      return schema.parse(JSON.parse(value));
    } catch {
      context.addIssue({ code: "custom", message: "not JSON of this form" });
      return z.NEVER;
    }
  });
}

/** Variables for the witnesses of checkpoints; worker and portal read the same ones. */
export const anchorFields = {
  WITNESS_URL: Text.optional(),
  WITNESS_VKEY: CosignerKey.optional(),
  /** Further witnesses: `[{"url", "vkey", "kind": "own" | "independent"}]`. */
  WITNESSES: jsonOf(z.array(WitnessAddress).max(16)).optional(),
  /** Default `{"own": 1, "independent": 0}`, or none of either without an own witness. */
  WITNESS_POLICY: jsonOf(WitnessPolicy).optional(),
  /** How long a new checkpoint waits for its policy before it is published without, in milliseconds. */
  WITNESS_WAIT_MS: z.coerce.number().int().min(0).max(30_000).default(1_000),
  /** RFC 3161 authority; without it checkpoints get no time stamp. */
  TSA_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** PEM certificates that the authority's certificate must lead to. */
  TSA_CA_FILE: Text.optional(),
  /** Object identifier of the policy to ask for. */
  TSA_POLICY: z
    .string()
    .regex(/^[0-2](\.(0|[1-9][0-9]*))+$/)
    .optional(),
  /** Least seconds between two stamps. */
  TSA_PERIOD_S: z.coerce.number().int().min(1).max(86_400).default(60),
} as const;

/** Keys that a portal publishes together with those of its present log and witnesses. */
export const formerFields = {
  /** Closed logs that are still read: `[{"origin", "log", "receipts", "witnesses", "size"?}]`. */
  CLOSED_LOGS: jsonOf(z.array(ClosedLog).max(100)).optional(),
  /** Replaced witnesses of the present log, so that evidence from their time can still be checked: `[{"vkey", "kind"}]`. */
  FORMER_WITNESSES: jsonOf(z.array(WitnessKey).max(100)).optional(),
} as const;

/** What a witness process knows of the logs it watches, and of itself. */
export const witnessFields = {
  LOG_ORIGIN: Text.optional(),
  LOG_VKEY: NoteKey.optional(),
  /** Further logs: `[{"origin", "vkeys"}]`. */
  WITNESS_LOGS: jsonOf(z.array(WitnessLog).max(1_000)).optional(),
  /** Its name in signature lines, e.g. `witness.example.org/w1`; then it makes its own key at the first start. */
  WITNESS_NAME: Text.optional(),
  WITNESS_URL: Text,
} as const;

interface WatchedVariables {
  readonly LOG_ORIGIN?: string | undefined;
  readonly LOG_VKEY?: string | undefined;
  readonly WITNESS_LOGS?: readonly WitnessLog[] | undefined;
}

/**
 * Returns every log that a witness watches, at least one. Throws TypeError for none, and for one origin named twice.
 */
export function watchedLogs(env: WatchedVariables): WitnessLog[] {
  const { LOG_ORIGIN: origin, LOG_VKEY: vkey, WITNESS_LOGS: more = [] } = env;
  const first = origin === undefined || vkey === undefined ? [] : [{ origin, vkeys: [vkey] }];
  const logs = [...first, ...more];
  if (logs.length === 0) throw new TypeError("set LOG_ORIGIN and LOG_VKEY, or WITNESS_LOGS");
  if (new Set(logs.map((log) => log.origin)).size < logs.length)
    throw new TypeError("WITNESS_LOGS names an origin twice");
  return logs;
}

/** The same variables, as the supervisor passes them on without parsing. */
export const anchorTexts = {
  WITNESSES: Text.optional(),
  WITNESS_POLICY: Text.optional(),
  WITNESS_WAIT_MS: Text.optional(),
  TSA_URL: Text.optional(),
  TSA_CA_FILE: Text.optional(),
  TSA_POLICY: Text.optional(),
  TSA_PERIOD_S: Text.optional(),
} as const;

interface WitnessVariables {
  readonly WITNESS_URL?: string | undefined;
  readonly WITNESS_VKEY?: string | undefined;
  readonly WITNESSES?: readonly WitnessAddress[] | undefined;
  readonly WITNESS_POLICY?: WitnessPolicy | undefined;
}

/** All witnesses and the policy over them. */
export interface Witnessing {
  readonly witnesses: readonly WitnessAddress[];
  readonly policy: WitnessPolicy;
}

/** Name of a witness, which marks its cosignatures in a row: the key's name. */
export function witnessName(vkey: string): string {
  return vkey.slice(0, vkey.indexOf("+"));
}

/** Returns the own witness of a process that may ask it. */
export function ownWitness({ WITNESS_URL: url, WITNESS_VKEY: vkey }: WitnessVariables) {
  return url === undefined || vkey === undefined ? undefined : { url, vkey };
}

/** Returns the keys for checking cosignatures, the own one first; a process that asks no witness needs no address. */
export function witnessKeys(env: WitnessVariables): Pick<WitnessAddress, "vkey" | "kind">[] {
  const own = env.WITNESS_VKEY === undefined ? [] : [{ vkey: env.WITNESS_VKEY, kind: "own" as const }];
  return [...own, ...(env.WITNESSES ?? []).map(({ vkey, kind }) => ({ vkey, kind }))];
}

/** The policy: one cosignature of our own where there is such a witness, unless configured otherwise. */
export function witnessPolicy(env: WitnessVariables): WitnessPolicy {
  return env.WITNESS_POLICY ?? { own: env.WITNESS_VKEY === undefined ? 0 : 1, independent: 0 };
}

/**
 * The configured witnesses, the own one first. Throws TypeError for two of one name, for an own key without an
 * address or the other way round, and for a policy that these witnesses could never meet.
 */
export function witnessingOf(env: WitnessVariables): Witnessing {
  const asked = ownWitness(env);
  const own: WitnessAddress[] = asked === undefined ? [] : [{ ...asked, kind: "own" }];
  if (own.length === 0 && (env.WITNESS_URL ?? env.WITNESS_VKEY) !== undefined)
    throw new TypeError("WITNESS_URL and WITNESS_VKEY go together");
  const witnesses = [...own, ...(env.WITNESSES ?? [])];
  if (new Set(witnesses.map(({ vkey }) => witnessName(vkey))).size < witnesses.length)
    throw new TypeError("WITNESSES names a witness twice");
  const policy = witnessPolicy(env);
  const count = (kind: "own" | "independent") => witnesses.filter((one) => one.kind === kind).length;
  if (policy.own > count("own") || policy.independent > count("independent"))
    throw new TypeError("WITNESS_POLICY asks for more witnesses than there are");
  return { witnesses, policy };
}

interface StampVariables {
  readonly TSA_URL?: string | undefined;
  readonly TSA_CA_FILE?: string | undefined;
  readonly TSA_POLICY?: string | undefined;
  readonly TSA_PERIOD_S: number;
}

/** The time-stamp authority, and how often checkpoints are stamped. */
export interface Stamping {
  readonly url: string;
  readonly caFile: string;
  readonly policy: string | undefined;
  readonly periodMs: number;
}

/** The configured authority, if any. Throws TypeError for one without the certificates it is checked with. */
export function stampingOf(env: StampVariables): Stamping | undefined {
  const { TSA_URL: url, TSA_CA_FILE: caFile, TSA_POLICY: policy } = env;
  if (url === undefined) return undefined;
  if (caFile === undefined) throw new TypeError("TSA_URL needs TSA_CA_FILE");
  return { url, caFile, policy, periodMs: env.TSA_PERIOD_S * 1_000 };
}
