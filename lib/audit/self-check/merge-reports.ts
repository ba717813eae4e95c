import { firstBad } from "../bundle-verifier/report/report";
import type { IndexReport } from "./index-store";
import type { VerificationReport } from "./schema";

/** What both of them look at: the stored bytes of an entry. */
const OF_BYTES = new Set(["content mismatch", "reorder"]);

/** What a portal found that the worker's report does not say: changed bytes are named once. */
function further(report: VerificationReport, index: IndexReport): IndexReport["findings"] {
  const named = new Set(report.findings.filter((one) => OF_BYTES.has(one.class)).map(({ seq }) => seq));
  return index.findings.filter((one) => !(OF_BYTES.has(one.class) && named.has(one.seq)));
}

/** The worker's report and what a portal found in the search rows, as one. */
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

/** A report of a version that did not tell whether the signer was compared is not taken for a whole one. */
function verdictOf(
  verdict: VerificationReport["verdict"],
  { signer }: VerificationReport,
): VerificationReport["verdict"] {
  return verdict === "sound" && signer !== "agrees" ? "incomplete" : verdict;
}
