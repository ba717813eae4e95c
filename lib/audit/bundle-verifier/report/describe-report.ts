import { groupOf, mainFinding, WHAT_TO_DO } from "./advice";
import { type Finding, firstBad, mildnessOf, type Report } from "./report";
import { shownText } from "./shown-text";

const HEADLINES = {
  verified: "VERIFIED under the policy",
  consistent: "CONSISTENT, but only with the keys in the bundle itself: give --policy to verify",
  wrong: "WRONG",
} as const;

function line(finding: Finding): string {
  const neighbours = [finding.before, finding.after].filter((seq) => seq !== undefined);
  const where =
    finding.seq === undefined || finding.until !== undefined
      ? ""
      : ` [entry ${finding.seq}; neighbours ${neighbours.join(", ") || "none"}]`;
  return `  ${finding.class}: ${shownText(finding.detail)}${where}\n`;
}

/** Receipts that this bundle shows neither kept nor broken, because it does not reach their time. */
export function openReceipts({ receipts }: Report): number {
  return receipts.filter((receipt) => receipt.is === "open").length;
}

/** Second line of a wrong bundle in which no change is shown. */
function mildness(report: Report): string {
  switch (mildnessOf(report)) {
    case "unfinished": {
      const details = report.findings.map(({ detail }) => shownText(detail)).join("; ");
      return `No change was found, but something is missing: ${details}\n`;
    }
    case "older":
      return "No change was found in this bundle. It ends before a checkpoint that your policy file has\n";
    case "receipts":
      return `The bundle itself is valid: ${agreeing(report)}\n`;
    default:
      return "";
  }
}

function agreeing({ entries }: Report): string {
  return `all ${entries} entries agree with what was signed by the keys below`;
}

function headline(report: Report): string {
  const foreign = report.findings.find((finding) => finding.class === "foreign keys");
  if (foreign !== undefined) return `${HEADLINES.wrong}: ${shownText(foreign.detail)}\n`;
  const open = openReceipts(report);
  const unshown =
    open === 0
      ? ""
      : `UNDECIDED: this bundle does not show whether the log kept the promise of ${open === 1 ? "a receipt" : `${open} receipts`}. Verify a newer bundle\n`;
  return `${HEADLINES[report.verdict]}\n${mildness(report)}${unshown}`;
}

/** Returns what the bundle was verified with. Empty without a policy. */
function trustText({ log, entries, size, checkpoints, witnessed, selfWitnessed, trust }: Report): string {
  const source =
    trust.source === "policy" ? "of the policy file" : "found in the bundle (not confirmed from outside)";
  const keys = trust.keys.map((key) => `  ${shownText(key)}\n`).join("");
  return [
    log === undefined ? "" : `log ${shownText(log)}: ${entries} entries, ${size} leaves proven\n`,
    log === undefined
      ? ""
      : `checkpoints: ${checkpoints} trusted, ${witnessed} of them witnessed independently, ${selfWitnessed} self-witnessed (by the operator's own witnesses only)\n`,
    keys === "" ? "" : `keys trusted, ${source}:\n${keys}`,
  ].join("");
}

/** Returns the report as text for people. It is safe for a terminal whatever the bundle contains. */
export function describeReport(report: Report): string {
  const bad = firstBad(report.findings);
  const main = mainFinding(report.findings);
  return [
    headline(report),
    trustText(report),
    bad === undefined ? "" : `first bad entry: ${bad}\n`,
    ...report.findings.map(line),
    main === undefined ? "" : `what to do: ${WHAT_TO_DO[groupOf(main)]}\n`,
    ...report.notes.map((note) => `note: ${shownText(note.detail)}\n`),
  ].join("");
}
