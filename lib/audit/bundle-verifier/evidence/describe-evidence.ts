import { shownText } from "../report/shown-text";
import type { EvidenceReport } from "./verify-evidence";

const VERDICTS = {
  unchanged: "unchanged",
  consistent: "consistent, not verified",
  differs: "changed",
} as const;

/** The result of a check as lines for a terminal: verdict, first difference, then what the file says. */
export function describeEvidence(report: EvidenceReport): string[] {
  const { statement, verdict, fault, code, checkpoint, promised, keysFrom } = report;
  const { reference, made_by: maker, made_at, records, authority } = statement;
  const lines = [
    `${reference}: ${VERDICTS[verdict]}`,
    ...(fault === undefined
      ? []
      : [
          `${fault.step === "checkpoint" ? "not enough" : "first difference"} (${fault.step}): ${fault.detail}`,
        ]),
    `check code ${code}`,
    `made by ${maker.name}, ${maker.organisation}, at ${made_at}`,
    `legal authority: ${[authority.issuer, authority.case_number, authority.grant, authority.participant].filter((one) => one !== undefined).join(", ")}`,
    ...records.map(({ job_id, groups }) => {
      const shown = groups.map((one) => `${one.group} ${one.shown}`).join(", ");
      return `job ${job_id}: ${shown}`;
    }),
    ...(checkpoint === undefined
      ? []
      : [
          `covered by a checkpoint over ${checkpoint.size} entries, cosigned by ${checkpoint.witnesses} known witnesses`,
        ]),
    ...(promised === 0
      ? []
      : [
          `${promised} of the log entries in this file are only promised: check that a newer bundle has them`,
        ]),
    keysFrom === "policy"
      ? "checked with the keys of your policy"
      : "checked with the keys in the file only: give a policy",
  ];
  return lines.map((line) => shownText(line));
}

/** The same as JSON; opened parts of entries and values are left out. */
export function evidenceDocument(report: EvidenceReport): Readonly<Record<string, unknown>> {
  const { statement, verdict, fault, code, checkpoint, promised, keysFrom, passed, isPdf } = report;
  return {
    verdict,
    reference: statement.reference,
    code,
    is_pdf: isPdf,
    passed,
    ...(fault === undefined ? {} : { fault }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    promised,
    keys: keysFrom,
    made_by: statement.made_by,
    made_at: statement.made_at,
    records: statement.records.map(({ transaction, job_id }) => ({ transaction, job_id })),
  };
}
