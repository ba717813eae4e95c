import type { Metadata } from "next";
import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { SitePage } from "@/app/_components/site-page";
import { ButtonLink } from "@/components/ui/button-link";
import { CodeSample } from "@/components/ui/code-sample";
import { Facts } from "@/components/ui/facts";
import { formatTime, regionName } from "@/lib/format";
import { readHealth } from "@/lib/http/health/read-health";
import { tourOrder } from "@/lib/seed/tour-order";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("tour"))("title") };
}

function Step(props: { number: number; title: string; who?: string; text: string; children?: ReactNode }) {
  return (
    <li className="grid grid-cols-1 gap-x-8 gap-y-3 border-line border-b py-6 tablet:grid-cols-[56px_minmax(0,1fr)]">
      <span aria-hidden="true" className="font-semibold text-countdown text-ink-3">
        {props.number}
      </span>
      <div className="min-w-0 max-w-[760px]">
        <h2 className="font-semibold text-lead">{props.title}</h2>
        {props.who === undefined ? null : <p className="text-control text-ink-2">{props.who}</p>}
        <p className="mt-1 text-body">{props.text}</p>
        {props.children === undefined ? null : (
          <div className="mt-3 flex flex-wrap items-start gap-x-2 gap-y-3 [&>:not(p)]:min-w-0 [&>:not(p)]:basis-full">
            {props.children}
          </div>
        )}
      </div>
    </li>
  );
}

/** A demonstration job without a request. The form finds its transaction. */
const TOUR_JOB = "job-1002";

function OrderFacts() {
  const t = useTranslations("tour");
  const kinds = useTranslations("domain.instruments");
  const order = tourOrder(new Date());
  const locale = useLocale();
  const day = (text: string): string =>
    formatTime(new Date(`${text}T00:00:00Z`), { timeZone: "UTC", locale, form: "day" });
  return (
    <>
      <p>
        <ButtonLink href="/tour/order" look="secondary" icon="download" isDownload>
          {t("order.download")}
        </ButtonLink>
      </p>
      <Facts
        look="aligned"
        facts={[
          { name: t("order.kind"), value: kinds("statutory_demand") },
          { name: t("order.issuer"), value: order.issuer },
          { name: t("order.number"), value: order.caseNumber },
          { name: t("order.from"), value: day(order.validFrom) },
          { name: t("order.until"), value: day(order.validUntil) },
          { name: t("order.jurisdiction"), value: regionName("DE", locale) },
          { name: t("order.job"), value: TOUR_JOB },
        ]}
      />
    </>
  );
}

/** The demonstration people by handle: the sign-in page fills them in. */
const PEOPLE = {
  regulator: "regulator-001",
  legal: "coordinator-001:legal",
  coordinator: "coordinator-001:approve",
} as const;

function SignIn({ as, to }: { as: keyof typeof PEOPLE; to: string }) {
  const t = useTranslations("tour");
  return (
    <p>
      <ButtonLink href={`/sign-in?${new URLSearchParams({ as: PEOPLE[as], to })}`} look="secondary">
        {t(`signIn.${as}`)}
      </ButtonLink>
    </p>
  );
}

/** Guides an evaluator in ten minutes from a filed request to a detected change, with the demonstration people. */
export default async function TourPage() {
  const [health, t] = await Promise.all([readHealth(), getTranslations("tour")]);
  return (
    <SitePage current="tour" title={t("title")} lead={t("lead")} health={health}>
      {health.assurance === "evaluation" ? null : (
        <p className="mb-4 border-amber border-l-[3px] bg-amber-wash px-4 py-3 text-control">
          {t("noDemonstration")}
        </p>
      )}
      <ol className="border-ink border-t">
        <Step number={1} title={t("file.title")} who={t("who.regulator")} text={t("file.text")}>
          <SignIn as="regulator" to="/requests/new" />
          <OrderFacts />
        </Step>
        <Step number={2} title={t("legal.title")} who={t("who.legal")} text={t("legal.text")}>
          <SignIn as="legal" to="/" />
        </Step>
        <Step number={3} title={t("approve.title")} who={t("who.coordinator")} text={t("approve.text")}>
          <SignIn as="coordinator" to="/" />
        </Step>
        <Step number={4} title={t("open.title")} who={t("who.regulator")} text={t("open.text")}>
          <SignIn as="regulator" to="/grants" />
        </Step>
        <Step number={5} title={t("export.title")} who={t("who.regulator")} text={t("export.text")}>
          <p>
            <ButtonLink href="/audit/exports" look="secondary" icon="download">
              {t("export.link")}
            </ButtonLink>
          </p>
        </Step>
        <Step number={6} title={t("verify.title")} text={t("verify.text")}>
          <CodeSample label={t("verify.label")} code="npm run verify -- ~/Downloads/audit-log.zip" />
          <p>
            <ButtonLink href="/audit/verify" look="secondary" icon="check">
              {t("verify.link")}
            </ButtonLink>
          </p>
        </Step>
        <Step number={7} title={t("change.title")} text={t("change.text")}>
          <CodeSample
            label={t("change.label")}
            code={
              "npm run tamper -- ~/Downloads/audit-log.zip /tmp/changed.zip 40\nnpm run verify -- /tmp/changed.zip"
            }
          />
        </Step>
      </ol>
    </SitePage>
  );
}
