import { useLocale, useTranslations } from "next-intl";
import { saveAnswer } from "@/components/client/download-link";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { Note, Report } from "@/lib/audit/bundle-verifier/report/report";
import type { Keeping } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";
import { formatCount } from "@/lib/format";
import { BlockDrawing } from "./block-drawing";
import { FaultReport, ThreeAnswers } from "./fault-report";
import { ReceiptResults } from "./receipt-results";

/** Offers the policy file with the verified checkpoint in it; it was made in this browser, and nothing is sent. */
function KeepCheckpoint({ name, outcome }: { name: string; outcome: Keeping }) {
  const t = useTranslations("audit.verify.keep");
  const locale = useLocale();
  if (outcome.is === "refused") return null;
  const size = formatCount(outcome.size, locale);
  if (outcome.is === "had") return <p className="mb-6 text-body text-ink-2">{t("had", { size })}</p>;
  return (
    <div className="mb-6 max-w-[680px] print:hidden">
      <p className="mb-2 text-body">{t("text", { size })}</p>
      <Button icon="download" onClick={() => saveAnswer(new Response(outcome.text), name)}>
        {t("download", { name })}
      </Button>
    </div>
  );
}

const NOTE_KEYS = {
  "later entries": "later_entries",
  filtered: "filtered",
  range: "range",
  "no entries": "no_entries",
  "no parts": "no_parts",
  "export entry": "export_entry",
  withheld: "withheld",
  erased: "erased",
  "erased elsewhere": "erased_elsewhere",
  pruned: "pruned",
  recovered: "recovered",
  receipt: "receipt",
  "receipt not due": "receipt_not_due",
  "time stamp": "time_stamp",
  "time stamps unchecked": "time_stamps_unchecked",
  "self-witnessed": "self_witnessed",
  unwitnessed: "unwitnessed",
  "witness time": "witness_time",
  "more findings": "more_findings",
} as const satisfies Record<Note["class"], string>;

function Sound({ report, isPublished }: { report: Report; isPublished: boolean }) {
  const t = useTranslations("audit.verify");
  const locale = useLocale();
  const isVerified = report.verdict === "verified";
  const key = isVerified ? "verified" : "consistent";
  const words = isVerified && isPublished ? "published" : key;
  const count = formatCount(report.entries, locale);
  return (
    <>
      <div className={`mt-4 flex gap-4 border-t-[3px] pt-4 ${isVerified ? "border-accent" : "border-amber"}`}>
        <Icon
          name={isVerified ? "check" : "warning"}
          className={`mt-1 size-6 ${isVerified ? "text-accent" : "text-amber"}`}
        />
        <div className="max-w-[680px]">
          <h3 className="font-semibold text-opened">{t(`verdicts.${words}`, { count })}</h3>
          <p className="mt-1 text-body text-ink-2">{t(`verdicts.${words}Text`, { count })}</p>
        </div>
      </div>
      <div className="mt-4 border-line border-t pt-4">
        <BlockDrawing total={report.size} done={report.size} />
      </div>
      <ThreeAnswers group={key} />
    </>
  );
}

/** The outcome of a verification in this browser, whole and fit for printing. */
export function VerifyResult(props: {
  report: Report;
  name: string;
  at: string;
  isPublished: boolean;
  keeping: { readonly name: string; readonly outcome: Keeping } | undefined;
}) {
  const { report, name, at, isPublished, keeping } = props;
  const t = useTranslations("audit.verify");
  const locale = useLocale();
  // Findings about receipts have their own section.
  const notes = report.notes.filter((note) => note.class !== "receipt" && note.class !== "receipt not due");
  return (
    <div>
      <p className="text-control text-ink-2">
        {t("checked", { name })} <LocalTime instant={at} />
      </p>
      {report.verdict === "wrong" ? (
        <FaultReport report={report} />
      ) : (
        <Sound report={report} isPublished={isPublished} />
      )}
      {keeping === undefined ? null : <KeepCheckpoint {...keeping} />}
      {report.receipts.length === 0 ? null : <ReceiptResults receipts={report.receipts} />}
      {notes.length === 0 ? null : (
        <Section title={t("notes.title")} level={3}>
          <ul className="grid gap-1 pt-3 text-control">
            {notes.map((note) => (
              <li key={`${note.class}${note.detail}`} className="flex flex-wrap gap-x-3">
                <span className="font-medium">{t(`notes.${NOTE_KEYS[note.class]}`)}</span>
                <span lang="en" className="break-words text-ink-2">
                  {note.detail}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t("facts.title")} level={3}>
        <div className="pt-2">
          <Facts
            look="aligned"
            facts={[
              { name: t("facts.log"), value: report.log ?? t("facts.none") },
              { name: t("facts.entries"), value: formatCount(report.entries, locale) },
              { name: t("facts.size"), value: formatCount(report.size, locale) },
              {
                name: t("facts.checkpoints"),
                value: t("facts.checkpointsText", {
                  count: formatCount(report.checkpoints, locale),
                  witnessed: formatCount(report.witnessed, locale),
                  own: formatCount(report.selfWitnessed, locale),
                }),
              },
              ...(report.trust.keys.length === 0
                ? []
                : [
                    {
                      name: t("facts.trust"),
                      value: t(`facts.from.${isPublished ? "published" : report.trust.source}`),
                    },
                  ]),
              ...report.trust.keys.map((key) => ({
                key,
                name: t("facts.key"),
                value: <Digest value={key} label={t("facts.key")} isWhole />,
              })),
            ]}
          />
        </div>
      </Section>
    </div>
  );
}
