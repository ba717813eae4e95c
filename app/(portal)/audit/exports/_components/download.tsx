import { useTranslations } from "next-intl";
import { FilterWords } from "@/app/(portal)/audit/_components/filter/filter-words";
import type { EventFilter } from "@/app/(portal)/audit/_components/filter/read-filter";
import { addressOf } from "@/components/client/api";
import { ForPrograms } from "@/components/client/developer-tools";
import { CodeSample } from "@/components/ui/code-sample";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import type { NewExport } from "@/lib/audit/schema";
import { DirectDownload } from "./direct-download";
import type { Format } from "./export-form";
import { MakeInBackground } from "./make-in-background";

/** Address of the call that exports this. */
export function exportAddress(wanted: NewExport): string {
  return addressOf("/confidential/audit/export", { query: wanted });
}

/** The member of a query that names a closed log; none for the present one. */
export function logOf({ log }: { readonly log: string | undefined }): { log?: string } {
  return log === undefined ? {} : { log };
}

/**
 * The calls that request the file, read its progress and download it. An interrupted download continues where it
 * stopped.
 */
function backgroundCalls(body: NewExport): string {
  const json = JSON.stringify(body).replaceAll("'", "'\\''");
  return [
    `curl -sS -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\\n  -d '${json}' "$BASE/confidential/audit/exports"`,
    `curl -sS -H "Authorization: Bearer $KEY" "$BASE/confidential/audit/exports/$ID"`,
    `curl -sS -H "Authorization: Bearer $KEY" -C - -o audit-log \\\n  "$BASE/confidential/audit/exports/$ID/file"`,
  ].join("\n");
}

/** What will be downloaded, what the log will record, and the link. */
export function Download(props: {
  format: Format;
  filter: EventFilter;
  /** Origin of a closed log. */
  log: string | undefined;
  by: string;
  /** Ids of the exports that the history shows. */
  known: readonly string[];
  /** Whether exports may also be made in the background. */
  hasBackground: boolean;
}) {
  const { format, filter, log, by, known, hasBackground } = props;
  const wanted: NewExport = { format, ...logOf({ log }), ...filter };
  const t = useTranslations("audit.exports");
  const names = Object.keys(filter).sort();
  return (
    <Section title={t("ready")}>
      <div className="max-w-[720px] pt-3">
        <Facts
          look="aligned"
          facts={[
            { name: t("format"), value: t(`formats.${format}.name`) },
            { name: t("which"), value: <FilterWords filter={filter} /> },
            ...(log === undefined
              ? []
              : [{ name: t("log"), value: <span className="wrap-anywhere">{log}</span> }]),
            { name: t("end"), value: t(log === undefined ? "endText" : "endClosed") },
          ]}
        />
        <p className="mt-2 text-body">
          <span className="text-ink-2">{t("logged")}:</span>{" "}
          {t("loggedText", { name: by, format, count: names.length, filter: names.join(", ") })}
        </p>
        {names.length === 0 || format !== "bundle" ? null : (
          <p className="mt-2 text-control text-ink-2">{t("filteredBundle")}</p>
        )}
        <div className="my-4">
          <DirectDownload key={exportAddress(wanted)} href={exportAddress(wanted)} known={known}>
            {t("download")}
          </DirectDownload>
        </div>
        {hasBackground ? <MakeInBackground key={JSON.stringify(wanted)} wanted={wanted} /> : null}
        <ForPrograms>
          <div className="grid grid-cols-1 gap-4">
            <CodeSample
              label={t("call")}
              code={`curl -sS -H "Authorization: Bearer $KEY" -OJ \\\n  "$BASE${exportAddress(wanted)}"`}
            />
            {hasBackground ? (
              <CodeSample label={t("background.call")} code={backgroundCalls(wanted)} />
            ) : null}
          </div>
        </ForPrograms>
      </div>
    </Section>
  );
}
