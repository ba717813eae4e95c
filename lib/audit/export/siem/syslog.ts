import "server-only";
import type { ShownEntry } from "../judge-entry";
import type { Fact } from "../tables/shown-row";
import { type SiemFacts, siemFacts } from "../tables/shown-row";

/** Facility 13, log audit (RFC 5424, section 6.2.1). */
const FACILITY = 13;
/** Error, warning or informational. */
const SEVERITIES: Readonly<Record<string, number>> = { failed: 3, denied: 4 };
const INFORMATIONAL = 6;
/**
 * Structured data of our own needs an enterprise number. 32473 is the one that RFC 5612 sets aside for documentation, so
 * that it names no other enterprise.
 */
const ENTERPRISE = 32_473;

const PARAMETERS: readonly (readonly [name: string, fact: Fact])[] = [
  ["id", "id"],
  ["class", "class"],
  ["outcome", "outcome"],
  ["action", "action"],
  ["actor", "actor"],
  ["purpose", "purpose"],
  ["transaction", "transaction_id"],
  ["participant", "participant_id"],
  ["request", "request_id"],
  ["grant", "grant_id"],
];

/** A header field: printable ASCII without spaces, at most so long; `-` where nothing is left. */
function headerField(text: string, most: number): string {
  const plain = text.replace(/[^\x21-\x7E]/g, "-").slice(0, most);
  return plain === "" ? "-" : plain;
}

/** A value of structured data: a quote, a backslash and a closing bracket are escaped (section 6.3.3). */
function paramValue(text: string): string {
  // A line is one message, so nothing in it may end the line.
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ").replace(/["\\\]]/g, "\\$&");
}

function element(name: string, params: readonly (readonly [name: string, value: string])[]): string {
  const listed = params.filter(([, value]) => value !== "");
  if (listed.length === 0) return "";
  return `[${name}@${ENTERPRISE} ${listed.map(([key, value]) => `${key}="${paramValue(value)}"`).join(" ")}]`;
}

/** A time as RFC 5424 allows it: six digits of a second at most, or none. */
function timestamp(at: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/.test(at) ? at : "-";
}

/** What a message has in addition to an entry's facts. */
interface Place {
  readonly log: string;
  readonly seq: number;
  /** base64url. */
  readonly leaf: string;
  /** Labels of parts that were dropped or moved. */
  readonly missing: string;
}

/** Returns a message of RFC 5424 with the facts of an entry. */
export function syslogMessage({ values, unshown }: SiemFacts, { log, seq, leaf, missing }: Place): string {
  const priority = FACILITY * 8 + (SEVERITIES[values.outcome] ?? INFORMATIONAL);
  const entry = element("entry", [
    ["log", log],
    ["seq", String(seq)],
    ...PARAMETERS.map(([name, fact]): readonly [string, string] => [name, values[fact]]),
    ["leaf", leaf],
    ["missing", missing],
    ["unshown", unshown.join(" ")],
  ]);
  const action = headerField(values.action, 128);
  const header = [
    `<${priority}>1`,
    timestamp(values.at),
    headerField(log, 255),
    "sealport",
    "log",
    headerField(values.action, 32),
  ];
  return `${header.join(" ")} ${entry} ${action} ${headerField(values.outcome, 16)}`;
}

/** Returns one entry as a message of RFC 5424, without its sealed parts. */
export function syslogLine(shown: ShownEntry, log: string): string {
  const { row, astray } = shown;
  const leaf = row.leaf_hash.toString("base64url");
  return syslogMessage(siemFacts(shown), { log, seq: row.seq, leaf, missing: astray.join(" ") });
}
