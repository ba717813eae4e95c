import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import type { Part } from "@/app/trust/_components/powers";
import { Legend, PartList, Triangle } from "@/app/trust/_components/triangle";
import { Vouchers } from "@/app/trust/_components/vouchers";
import { Words } from "@/components/messages/words";
import { Digest } from "@/components/ui/digest";
import { readAnchors } from "@/lib/http/health/anchors";
import { readHealth } from "@/lib/http/health/read-health";
import { whoRuns } from "@/lib/http/health/who-runs";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("trust"))("short") };
}

const CLAIMS = ["trust", "check", "not"] as const;

/** As on an instance with separate operators, and as on this one: an evaluation shows its own picture first. */
export default async function TrustPage({
  searchParams,
}: {
  searchParams: Promise<{ view?: string | string[] }>;
}) {
  const [health, anchors, t, { view }] = await Promise.all([
    readHealth(),
    readAnchors(),
    getTranslations("trust"),
    searchParams,
  ]);
  const isEvaluation = health.assurance === "evaluation";
  const said = whoRuns();
  const isThisInstance = view === undefined ? isEvaluation || said !== undefined : view === "instance";
  const operatorOf = (part: Part): string => {
    if (!isThisInstance || part === "approver") return t(`operators.${part}`);
    return isEvaluation ? t("operators.oneUser") : (said?.runBy[part] ?? t("operators.notSaid"));
  };
  const areSame = (one: Part, other: Part): boolean =>
    operatorOf(one) === operatorOf(other) && operatorOf(one) !== t("operators.notSaid");
  return (
    <SitePage
      current="trust"
      title={t("title")}
      lead={t("lead")}
      health={health}
      actions={
        <nav aria-label={t("views")} className="flex gap-2">
          {(["recommended", "instance"] as const).map((key) => {
            const isCurrent = (key === "instance") === isThisInstance;
            return (
              <Link
                key={key}
                href={`/trust?view=${key}`}
                prefetch={false}
                aria-current={isCurrent ? "page" : undefined}
                className={`inline-flex min-h-touch items-center rounded-control border bg-sheet px-3 font-medium text-control tablet:min-h-bar ${isCurrent ? "border-accent text-accent" : "border-edge hover:border-ink"}`}
              >
                {t(`view.${key}`)}
              </Link>
            );
          })}
        </nav>
      }
    >
      {isThisInstance && isEvaluation ? (
        <p className="mb-4 border-amber border-l-[3px] bg-amber-wash px-4 py-3 text-control">
          {t("evaluation")}
        </p>
      ) : null}
      {isThisInstance && said !== undefined ? (
        <p className="mb-4 text-control text-ink-2">
          {t("said")}{" "}
          <Words namespaces={[]}>
            <Digest value={said.digest} label={t("file")} />
          </Words>
        </p>
      ) : null}
      <Legend />
      <div className="hidden tablet:block">
        <Triangle operatorOf={operatorOf} areSame={areSame} />
      </div>
      <PartList operatorOf={operatorOf} areSame={areSame} />
      <div className="mt-6">
        <Vouchers anchors={anchors} />
      </div>
      <div className="mt-10 grid gap-x-10 gap-y-8 facts:grid-cols-3">
        {CLAIMS.map((key) => (
          <section key={key} aria-labelledby={`claim-${key}`}>
            <h2 id={`claim-${key}`} className="border-ink border-b pb-2 font-semibold text-body">
              {t(`claims.${key}.title`)}
            </h2>
            <p className="pt-3 text-body text-ink-2">{t(`claims.${key}.text`)}</p>
          </section>
        ))}
      </div>
    </SitePage>
  );
}
