import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { LocalTime } from "@/components/ui/local-time";
import { formatCount } from "@/lib/format";
import type { DryRunResult } from "@/lib/policies/dry-run/schema";

interface Figure {
  readonly key: "lose" | "gain" | "narrower" | "differ";
  readonly count: number;
  readonly note: ReactNode;
}

/** Two in a row, and four where there is room: a hairline between, none at the left edge. */
const EDGES = ["", "border-l pl-4", "drawn:border-l drawn:pl-4", "border-l pl-4"] as const;

/** The four figures of a dry run: who loses, who gains, grants that become narrower, past decisions that differ. */
export function Figures({ result }: { result: DryRunResult }) {
  const t = useTranslations("policies.figures");
  const locale = useLocale();
  const { compared, decisions, proof } = result;
  const figures: Figure[] = [
    { key: "lose", count: result.people_lose, note: t("ofPeople", { count: compared.people }) },
    { key: "gain", count: result.people_gain, note: t(`proofs.${proof.outcome}`) },
    { key: "narrower", count: result.grants_narrower, note: t("ofGrants", { count: compared.grants }) },
    {
      key: "differ",
      count: decisions.differ,
      note: t.rich("ofDecisions", {
        total: formatCount(decisions.total, locale),
        day: () => <LocalTime instant={decisions.since} form="day" />,
      }),
    },
  ];
  return (
    <dl className="grid grid-cols-2 border-line border-b drawn:grid-cols-4">
      {figures.map(({ key, count, note }, index) => (
        <div key={key} className={`flex flex-col-reverse justify-end border-line py-3 pr-4 ${EDGES[index]}`}>
          <dt className="text-control">
            <span className="block font-medium">{t(`names.${key}`, { count })}</span>
            <span className="block text-note text-ink-2">{note}</span>
          </dt>
          <dd className={`font-semibold text-[28px] leading-8 ${count === 0 ? "text-accent" : ""}`}>
            {formatCount(count, locale)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
