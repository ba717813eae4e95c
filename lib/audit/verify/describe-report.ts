import { type Finding, firstBad, type Report } from "./report";

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
  return `  ${finding.class}: ${finding.detail}${where}\n`;
}

/** The report as text for people. */
export function describeReport(report: Report): string {
  const bad = firstBad(report.findings);
  const source =
    report.trust.source === "policy" ? "of the policy file" : "found in the bundle (nobody vouched for them)";
  return [
    `${HEADLINES[report.verdict]}\n`,
    report.log === undefined
      ? ""
      : `log ${report.log}: ${report.entries} entries, ${report.size} leaves proven\n`,
    `checkpoints: ${report.checkpoints} trusted, ${report.witnessed} of them witnessed\n`,
    `keys trusted, ${source}:\n${report.trust.keys.map((key) => `  ${key}\n`).join("")}`,
    bad === undefined ? "" : `first bad entry: ${bad}\n`,
    ...report.findings.map(line),
    ...report.notes.map((note) => `note: ${note.detail}\n`),
  ].join("");
}
