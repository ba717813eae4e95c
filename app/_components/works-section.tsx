import { Section } from "@/app/_components/section";
import { translations } from "@/components/messages/translate";
import { CodeSample } from "@/components/ui/code-sample";

const CALLS = [
  ["send", "POST /confidential/transactions"],
  ["open", "POST /confidential/transactions/{id}/access"],
  ["request", "POST /confidential/access/requests"],
  ["decide", "POST /confidential/access/requests/{id}/decisions"],
  ["audit", "POST /confidential/transactions/{id}/audit"],
  ["export", "GET /confidential/audit/export"],
  ["describe", "GET /openapi.json"],
] as const;

/** What a program can do with this version, and the first thing to try. */
export function WorksSection({ address, isEvaluation }: { address: string; isEvaluation: boolean }) {
  const t = translations("works");
  const curl = `curl -H "Authorization: Bearer $KEY" \\\n  ${address}/confidential/status`;
  return (
    <Section id="works" title={t("title")} lead={t("text")}>
      <div className="grid grid-cols-1 gap-x-12 gap-y-8 facts:grid-cols-[minmax(0,1fr)_minmax(0,480px)]">
        <table className="block w-full border-collapse self-start text-control tablet:table">
          <thead className="sr-only tablet:not-sr-only">
            <tr className="border-line-2 border-b text-left text-ink-3 text-note">
              <th scope="col" className="h-row pr-4 font-normal">
                {t("step")}
              </th>
              <th scope="col" className="h-row font-normal">
                {t("call")}
              </th>
            </tr>
          </thead>
          <tbody className="block tablet:table-row-group">
            {CALLS.map(([step, call]) => (
              <tr key={step} className="block border-line border-b py-2 tablet:table-row tablet:py-0">
                <td className="block pr-4 tablet:table-cell tablet:py-2 tablet:align-top">{t(step)}</td>
                <td className="block break-words font-mono text-ink-2 text-note tablet:table-cell tablet:py-2 tablet:align-top">
                  {call}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className="min-w-0 self-start">
          <h3 className="flex min-h-row items-center font-medium text-control">{t("first")}</h3>
          <CodeSample label={t("curlLabel")} code={curl} />
          <p className="mt-3 text-control text-ink-2">
            {t("firstText")} {t(isEvaluation ? "keyDemo" : "keyOther")}
          </p>
        </div>
      </div>
    </Section>
  );
}
