import type { Manifest } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import type { ShownEntry } from "../judge-entry";
import { fieldsCell, type KnownPeople, whatCell } from "../tables/columns";
import { type ShownRow, shownRow } from "../tables/shown-row";

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE =
  "body{font:14px/1.4 sans-serif;margin:2em}table{border-collapse:collapse;width:100%}" +
  "td,th{overflow-wrap:anywhere;border-bottom:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top}@page{margin:15mm}";

/** Columns of the printable page: what people read first, then the codes that the entry has. */
const HEADS = [
  "No.",
  "Time (UTC)",
  "Who",
  "Organisation",
  "What happened",
  "Fields",
  "Outcome",
  "Purpose",
  "Subject",
  "Codes",
] as const;

/** The ids of the records that an entry is about, each with its kind. */
function recordCell(shown: ShownRow): string {
  const kinds = { transaction: shown.transaction_id, request: shown.request_id, grant: shown.grant_id };
  return Object.entries(kinds)
    .flatMap(([kind, id]) => (id === "" ? [] : [`${kind} ${id}`]))
    .join("; ");
}

/**
 * Returns one table row of the printable page. It shows the entry and its org part, never the index row. Names are
 * those that the reader may know today, next to the codes of the entry.
 */
export function pageRow(opened: ShownEntry, people: KnownPeople): string {
  const shown = shownRow(opened);
  const { at, class: of, outcome, action, actor, purpose } = shown;
  const person = people.get(actor);
  const cells = [
    ...[String(opened.row.seq), at, person?.name ?? "", person?.organisation ?? ""],
    ...[whatCell(action), fieldsCell(opened), outcome, purpose, recordCell(shown)],
    [action, of, actor].filter((code) => code !== "").join(" · "),
  ];
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>\n`;
}

/** The page's beginning, before its rows. The page is for printing and has no script and no external content. */
export function pageHead(log: string, size: number, exportedAt: string): string {
  const title = `Audit log ${escapeHtml(log)}`;
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head>\n` +
    `<body><h1>${title}</h1>\n<p>Exported ${escapeHtml(exportedAt)}; the signed tree has ${size} entries. ` +
    "Names and words are as of the day of the export. The entries contain the codes, not the names and words. " +
    "This page is for reading; README.txt says how to verify the bundle.</p>\n" +
    `<table><thead><tr>${HEADS.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>\n`
  );
}

function leftOut(count: number): string {
  return count === 1 ? "1 later entry is left out" : `${count} later entries are left out`;
}

function whichCheckpoints({ here, total }: { readonly here: number; readonly total: number }): string {
  return here === total ? "all checkpoints" : `${here} of ${total} checkpoints at even distances, the newest`;
}

/** The page's end, after its rows. */
export const PAGE_FOOT = "</tbody></table>\n</body></html>\n";

/** Returns the instructions to verify the bundle, with this program and with standard tools. */
export function bundleReadme(
  manifest: Omit<Manifest, "files">,
  checkpoints: { readonly here: number; readonly total: number },
): string {
  const { log, size, count, complete, later } = manifest;
  return `Audit log ${log}
Exported ${manifest.exported_at}, recorded in the log as entry ${manifest.export_entry}.
${count} entries are here with their bytes; the signed tree has ${size} leaves; ${leftOut(later.count)}.
${complete ? "The export is not filtered. Of entries that you may not read, it has only the leaf hash (manifest: withheld, or withheld.txt)." : "The export is filtered: it proves that its entries are in the log, but not that it has every matching entry."}

Verify with the program (no server, no database, no network):
  npm run verify -- BUNDLE --policy FILE
FILE holds the keys you trust, in the form of GET /confidential/audit/keys, from a source other than this
bundle. Exit status 0: verified under your policy. 3: consistent, but only with the keys in the bundle, which
its maker chose; or the bundle does not show whether the promise of a receipt was kept (--receipt FILE). 1: a fault was
found. The report names the file, and the entry if entries can still be read. 2: usage. With --keep FILE in place of
--policy FILE, FILE also keeps the checkpoint of a verified bundle, and later bundles must continue from this checkpoint.

Keep this zip as it is: a zip that another program packed again is not verified. The list of exports has its SHA-256.

What the files are
  manifest.txt      C2SP signed note by ${log}/receipt: range, filter, counts, SHA-256 of each file
  checkpoint.txt    the newest checkpoint, a C2SP signed note with cosignatures
  checkpoints.json  ${whichCheckpoints(checkpoints)}, smallest first
  leaves.txt        leaf hash of every entry, base64, in order
  entries.ndjson    one line an entry: number, leaf, the entry, and the sealed parts you may read with their keys
  places.txt        number and signature line over "<log>/place/1\\n<number>\\n<leaf, base64>\\n" by ${log}/receipt
  keys.json         public keys as this instance names them
  timestamps.json   where there are any: RFC 3161 tokens over checkpoints, for openssl ts -verify
  missing.txt       where there are many: parts that were dropped or moved, number and label (manifest: missing)
  erased.txt        where there are many: parts whose key an entry of the log destroyed, number, label, that entry
  withheld.txt      where there are many: numbers of entries you may not read, one range a line
  page.html         a table for printing

Verify with standard tools
  An entry's bytes are the text of "entry" in its line (RFC 8785). Its leaf hash is
    (printf '\\000'; printf '%s' "$ENTRY") | openssl dgst -sha256 -binary | base64
  and must be line number+1 of leaves.txt. The tree over these hashes is that of RFC 6962 section 2.1; its root is
  the third line of the checkpoint. A key "name+hash+base64" in keys.json holds, after its first decoded byte, a
  raw Ed25519 public key; the log's and the receipt key's signature lines hold four bytes of key id and then the
  Ed25519 signature over the note's text, last newline included (openssl pkeyutl -verify -rawin). A witness's line
  (C2SP tlog-cosignature) holds four bytes of key id, eight bytes of time in seconds, big-endian, and then the
  signature over "cosignature/v1\\ntime <seconds>\\n" followed by the note's text. A time stamp's imprint is the
  SHA-256 of the checkpoint as the log signed it: text, empty line, the log's own signature line with its newline;
  put the token into a file and use openssl ts -verify -token_in -data FILE -CAfile AUTHORITY.
  All of this for one entry, from its bytes to the signed root, by a script of Python's standard library and openssl
  that is meant to be read first (public/check-entry.py of the program, offered by the portal on each entry):
    python3 check-entry.py LOG_KEY BUNDLE.zip NUMBER
  LOG_KEY is the log's key as you have it from a source other than this bundle.
  A sealed part is iv(12), ciphertext, tag(16), AES-256-GCM under "key", with {"c":...,"id":...,"log":...} as associated data; SHA-256 of "stored" is "d" in the entry.
`;
}
