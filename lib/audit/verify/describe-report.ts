import { type Finding, firstBad, isOnlyUnfinished, type Report } from "./report";
import { shownText } from "./shown-text";

const HEADLINES = {
  verified: "VERIFIED under the policy",
  consistent: "CONSISTENT with the keys in the bundle itself, and with nothing else: give --policy to verify",
  wrong: "WRONG",
} as const;

function line(finding: Finding): string {
  const beside = [finding.before, finding.after].filter((seq) => seq !== undefined);
  const where =
    finding.seq === undefined || finding.until !== undefined
      ? ""
      : ` [entry ${finding.seq}; neighbours ${beside.join(", ") || "none"}]`;
  return `  ${finding.class}: ${shownText(finding.detail)}${where}\n`;
}

/** Receipts whose promise this bundle neither shows kept nor broken, since it does not reach their time. */
export function openReceipts({ notes }: Report): number {
  return notes.filter((note) => note.class === "receipt not due").length;
}

function headline(report: Report): string {
  const foreign = report.findings.find((finding) => finding.class === "foreign keys");
  if (foreign !== undefined) return `${HEADLINES.wrong}: ${shownText(foreign.detail)}\n`;
  if (isOnlyUnfinished(report.findings))
    return `${HEADLINES.wrong}\nNothing is shown to be changed; what is missing: ${report.findings.map(({ detail }) => shownText(detail)).join("; ")}\n`;
  const open = openReceipts(report);
  const unshown =
    open === 0
      ? ""
      : `NOT SHOWN: ${open === 1 ? "a receipt is" : `${open} receipts are`} neither proven nor broken by this bundle; verify a newer one\n`;
  return `${HEADLINES[report.verdict]}\n${unshown}`;
}

/** The report as text for people, safe for a terminal whatever the bundle says. */
export function describeReport(report: Report): string {
  const bad = firstBad(report.findings);
  const source =
    report.trust.source === "policy" ? "of the policy file" : "found in the bundle (nobody vouched for them)";
  return [
    headline(report),
    report.log === undefined
      ? ""
      : `log ${shownText(report.log)}: ${report.entries} entries, ${report.size} leaves proven\n`,
    `checkpoints: ${report.checkpoints} trusted, ${report.witnessed} of them independently witnessed\n`,
    `keys trusted, ${source}:\n${report.trust.keys.map((key) => `  ${shownText(key)}\n`).join("")}`,
    bad === undefined ? "" : `first bad entry: ${bad}\n`,
    ...report.findings.map(line),
    ...report.notes.map((note) => `note: ${shownText(note.detail)}\n`),
  ].join("");
}
