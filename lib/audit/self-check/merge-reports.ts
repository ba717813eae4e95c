import { firstBad } from "../bundle-verifier/report/report";
import type { IndexReport } from "./index-store";
import type { VerificationReport } from "./schema";

/** Findings that both can report: about the stored bytes of an entry. */
const OF_BYTES = new Set(["content mismatch", "reorder"]);

/** Returns the portal's findings that the worker's report does not have. Changed bytes are reported once. */
function further(report: VerificationReport, index: IndexReport): IndexReport["findings"] {
  const named = new Set(report.findings.filter((one) => OF_BYTES.has(one.class)).map(({ seq }) => seq));
  return index.findings.filter((one) => !(OF_BYTES.has(one.class) && named.has(one.seq)));
}

/** Returns the worker's report and the portal's findings about the index rows as one report. */
export function mergeReports(report: VerificationReport, index: IndexReport | null): VerificationReport {
  if (index === null) return { ...report, verdict: verdictOf(report.verdict, report) };
  const findings = [...report.findings, ...further(report, index)];
  return {
    ...report,
    verdict: findings.length === 0 ? verdictOf(report.verdict, report) : "wrong",
    indexed: index.indexed,
    findings,
    more: report.more + index.more,
    first_bad: firstBad(findings) ?? null,
  };
}

/** An old report that does not say whether the signer was compared does not count as complete. */
function verdictOf(
  verdict: VerificationReport["verdict"],
  { signer }: VerificationReport,
): VerificationReport["verdict"] {
  return verdict === "sound" && signer !== "agrees" ? "incomplete" : verdict;
}
