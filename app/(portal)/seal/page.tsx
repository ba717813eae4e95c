import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { LiveRefresh } from "@/components/client/live-refresh";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection, Section } from "@/components/ui/section";
import type { Seal } from "@/lib/administration/seal/schema";
import { getSeal as load } from "@/lib/administration/seal/seal-keys";
import { getSeal } from "@/lib/api-client/operations/administration/seal";
import { loadPage } from "@/lib/http/pages/page";
import { SealAct } from "./_components/seal-act";

function State({ seal }: { seal: Seal }) {
  const t = useTranslations("administration.seal");
  const { since, reason, asked_by: asked, agreed_by: agreed } = seal;
  const people =
    asked === null ? [] : [{ name: t("by"), value: t("two", { one: asked, other: agreed ?? "" }) }];
  return (
    <FactsSection title={t("state")}>
      <Facts
        facts={[
          { name: t("keys"), value: t(`states.${seal.state}`) },
          ...(since === null
            ? []
            : [{ name: t("since"), value: <LocalTime instant={since} form="minute" /> }]),
          ...people,
          ...(reason === null ? [] : [{ name: t("reason"), value: reason }]),
        ]}
      />
    </FactsSection>
  );
}

export async function generateMetadata() {
  return { title: (await getTranslations("administration.seal"))("title") };
}

/** Shows whether the tenant's keys are sealed, with the act that changes it. */
export default async function SealPage() {
  const t = await getTranslations("administration.seal");
  const result = await loadPage(getSeal, getSeal.path, load);
  const title = t("title");
  const above = { label: (await getTranslations("administration.agreements"))("title"), href: "/agreements" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={above} />;
  const { value: seal } = result;
  return (
    <PageFrame
      crumbs={[above, { label: title }]}
      title={title}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: getSeal.path }}
      facts={<State seal={seal} />}
    >
      <LiveRefresh kinds={["agreement"]} />
      <Section title={t(`now.${seal.state}.title`)}>
        <p className="mt-3 mb-4 max-w-[80ch]">{t(`now.${seal.state}.text`)}</p>
        {seal.waiting === null ? (
          <SealAct state={seal.state} />
        ) : (
          <>
            <p className="mb-4">{t(`waiting.${seal.waiting.state}`, { name: seal.waiting.asked_by })}</p>
            <ButtonLink href={`/agreements/${seal.waiting.agreement_id}`} look="secondary" size="form">
              {t("open")}
            </ButtonLink>
          </>
        )}
      </Section>
    </PageFrame>
  );
}
