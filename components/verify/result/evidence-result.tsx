import { useLocale, useTranslations } from "next-intl";
import { fieldRows } from "@/components/domain/field-rows";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type {
  EvidenceGroup,
  EvidenceRecord,
  EvidenceStatement,
} from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { EVIDENCE_STEPS, type NamedEvidence } from "@/lib/audit/bundle-verifier/evidence/evidence-names";
import type { EvidenceReport } from "@/lib/audit/bundle-verifier/evidence/verify-evidence";
import { formatCount } from "@/lib/format";
import { VerdictHead } from "./verdict-head";

const SPREAD: ReadonlySet<string> = new Set(["pricing", "settlement_details"]);

/** The values in the form in which the API answers them, which the lines of a field are made from. */
function valuesOf({ group, fields = {} }: EvidenceGroup): Readonly<Record<string, unknown>> {
  if (group === "amount") return fields;
  return { [group]: SPREAD.has(group) && !(group in fields) ? fields : fields[group] };
}

function GroupValues({ group }: { group: EvidenceGroup }) {
  const t = useTranslations("audit.verify.evidence");
  const locale = useLocale();
  if (group.shown === "sealed") return <span className="text-ink-2">{t("shown.sealed")}</span>;
  const rows = fieldRows(group.group, valuesOf(group), locale);
  return (
    <div translate="no">
      {rows.map((row) => (
        <p key={row.key} className="break-words">
          {row.name === undefined ? null : <span className="mr-2 font-mono text-ink-2">{row.name}</span>}
          <span className="whitespace-pre-wrap font-medium">{row.text}</span>
        </p>
      ))}
      {group.shown === "full" ? null : <p className="text-ink-2 text-note">{t(`shown.${group.shown}`)}</p>}
    </div>
  );
}

function RecordValues({ record }: { record: EvidenceRecord }) {
  const t = useTranslations("audit.verify.evidence");
  const fields = useTranslations("domain.fields");
  return (
    <Section title={t("record", { job: record.job_id })} level={3}>
      <div className="max-w-[760px] pt-2">
        <Facts
          look="aligned"
          facts={[
            ...record.groups.map((group) => ({
              key: group.group,
              name: fields(group.group),
              value: <GroupValues group={group} />,
            })),
            { name: t("opened"), value: <LocalTime instant={record.opened.at} /> },
          ]}
        />
      </div>
    </Section>
  );
}

function Verdict({ report, isPublished }: { report: EvidenceReport; isPublished: boolean }) {
  const t = useTranslations("audit.verify.evidence");
  const { statement, fault, verdict, promised } = report;
  const { reference } = statement;
  if (fault?.step === "checkpoint")
    return (
      <VerdictHead tone="amber" icon="warning" title={t("unwitnessed", { reference })}>
        {t("faults.checkpoint")}
      </VerdictHead>
    );
  if (fault !== undefined)
    return (
      <VerdictHead tone="oxblood" icon="stop" title={t("differs", { reference })}>
        <p>{t(`faults.${fault.step}`)}</p>
        <p lang="en" className="mt-1 break-words">
          {fault.detail}
        </p>
      </VerdictHead>
    );
  const text = promised > 0 ? "promisedText" : isPublished ? "publishedText" : "ownText";
  return verdict === "unchanged" ? (
    <VerdictHead tone="accent" icon="check" title={t("unchanged", { reference })}>
      {t(text)}
    </VerdictHead>
  ) : (
    <VerdictHead tone="amber" icon="warning" title={t("consistent", { reference })}>
      {t(promised > 0 ? "promisedText" : "consistentText")}
    </VerdictHead>
  );
}

function CodeCheck({ report, named }: { report: EvidenceReport; named: NamedEvidence | undefined }) {
  const t = useTranslations("audit.verify.evidence");
  if (named === undefined) return null;
  const isSame = named.code === report.code && named.reference === report.statement.reference;
  return (
    <Notice
      tone={isSame ? "accent" : "oxblood"}
      icon={isSame ? "check" : "stop"}
      className="mt-4 max-w-[760px]"
      title={t(isSame ? "sameCode" : "otherCode", { reference: named.reference, code: named.code })}
    >
      {t(isSame ? "sameCodeText" : "otherCodeText")}
    </Notice>
  );
}

function Steps({ report }: { report: EvidenceReport }) {
  const t = useTranslations("audit.verify.evidence");
  return (
    <Section title={t("steps.title")} level={3}>
      <ul className="grid gap-1 pt-3 text-control">
        {EVIDENCE_STEPS.filter((step) => step !== "file" || report.isPdf).map((step) => {
          const state = report.passed.includes(step)
            ? "passed"
            : step === report.fault?.step
              ? step === "checkpoint"
                ? "tooFew"
                : "failed"
              : "open";
          return (
            <li key={step} className="flex flex-wrap gap-x-3">
              <span className={`w-28 font-medium ${state === "failed" ? "text-oxblood" : ""}`}>
                {t(`steps.${state}`)}
              </span>
              <span>{t(`steps.${step}`)}</span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function factsOf(
  t: (key: "by" | "made" | "authority" | "log" | "code") => string,
  statement: EvidenceStatement,
) {
  const { made_by: maker, authority, made_at, log } = statement;
  const order = [authority.issuer, authority.case_number, authority.grant, authority.participant];
  return [
    { name: t("by"), value: `${maker.name}, ${maker.organisation}` },
    { name: t("made"), value: <LocalTime instant={made_at} /> },
    { name: t("authority"), value: order.filter((text) => text !== undefined).join(", ") },
    { name: t("log"), value: log },
  ];
}

interface EvidenceResultProps {
  readonly name: string;
  readonly at: string;
  readonly isPublished: boolean;
  readonly report: EvidenceReport;
  readonly named: NamedEvidence | undefined;
}

/** The result of checking an evidence file: the verdict first, then the values that the signed data has. */
export function EvidenceResult({ name, at, isPublished, report, named }: EvidenceResultProps) {
  const t = useTranslations("audit.verify.evidence");
  const words = useTranslations("audit.verify");
  const locale = useLocale();
  const { statement, checkpoint, code } = report;
  return (
    <div>
      <p className="text-control text-ink-2">
        {words("checked", { name })} <LocalTime instant={at} />
      </p>
      <Verdict report={report} isPublished={isPublished} />
      <CodeCheck report={report} named={named} />
      <Section title={t("facts")} level={3}>
        <div className="pt-2">
          <Facts
            look="aligned"
            facts={[
              { name: t("code"), value: <span className="font-mono">{code}</span> },
              ...factsOf(t, statement),
              ...(checkpoint === undefined
                ? []
                : [
                    {
                      name: t("checkpoint"),
                      value: t("checkpointText", {
                        size: formatCount(checkpoint.size, locale),
                        witnesses: checkpoint.witnesses,
                      }),
                    },
                  ]),
              { name: t("entry"), value: <Digest value={statement.made_entry} isWhole /> },
            ]}
          />
        </div>
      </Section>
      {statement.records.map((record) => (
        <RecordValues key={record.transaction} record={record} />
      ))}
      <Steps report={report} />
    </div>
  );
}
